/** `fauxkube/playwright`: a cluster for each worker, in a process of its own, and a fork of it for each test. */
import { test as base, expect as baseExpect } from '@playwright/test';
import type { ForkedClient } from './client.ts';
import { matchers } from './matchers.ts';
import { type ClusterProcess, type Flags, startProcess } from './process.ts';

export type { Client, ForkedClient } from './client.ts';
export type { ConditionWish, EventWish, Where } from './matchers.ts';
export { matchers } from './matchers.ts';
export type { ClusterProcess, Flags } from './process.ts';

/** What each test may ask for. */
export interface TestFixtures {
  /** A virtual cluster for this test alone, which begins with the fixtures and ends with the test. */
  readonly cluster: ForkedClient;
}

/** What all tests of a worker share. */
export interface WorkerFixtures {
  /** Flags of `fauxkube start`, for `test.use()` and `use` of the configuration. */
  readonly fauxkubeFlags: Flags;
  /** The process, and its main cluster. */
  readonly fauxkube: ClusterProcess;
}

/**
 * Playwright's `test` with a cluster.
 *
 * @example
 * test.use({ fauxkubeFlags: { fixtures: 'manifests' } });
 * test('shows pods', async ({ page, cluster }) => {
 *   await cluster.settle();
 * });
 */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  fauxkubeFlags: [{}, { option: true, scope: 'worker' }],
  fauxkube: [
    async ({ fauxkubeFlags }, use) => {
      const server = await startProcess({ flags: fauxkubeFlags });
      try {
        await use(server);
      } finally {
        await server.stop();
      }
    },
    { scope: 'worker' },
  ],
  cluster: async ({ fauxkube }, use) => {
    const fork = await fauxkube.client.fork({ from: 'fixtures' });
    try {
      await use(fork);
    } finally {
      await fork.stop();
    }
  },
});

/** Playwright's `expect` with matchers for clusters. */
export const expect = baseExpect.extend(matchers);
