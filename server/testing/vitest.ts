/* oxlint-disable no-empty-pattern -- vitest reads what a fixture needs from its pattern */
/** `fauxkube/vitest`: a cluster for each file of tests, a fork of it for each test, and matchers for both. */
import { test as base, expect, type TestAPI } from 'vitest';
import type { ForkedCluster, RunningCluster, StartOptions } from '../index.ts';
import { type ClusterMatchers, matchers } from './matchers.ts';

export type { ClusterMatchers, ConditionWish, EventWish, Where } from './matchers.ts';
export { matchers } from './matchers.ts';

declare module 'vitest' {
  interface Matchers<T> extends ClusterMatchers {}
}

expect.extend(matchers);

export { expect };

/** What a test may ask for. */
export interface ClusterFixtures {
  /** The cluster of the file, in this process. What a test changes in it, the next one finds. */
  readonly mainCluster: RunningCluster;
  /** A virtual cluster for this test alone, which begins with the fixtures and ends with the test. */
  readonly cluster: ForkedCluster;
}

/**
 * A `test` whose functions are handed a cluster of their own.
 *
 * @param options those of `startCluster()`
 * @example
 * const test = clusterTest({ fixtures: ['manifests'] });
 * test('is ready', async ({ cluster }) => {
 *   await expect(cluster).toBeReady('deployment/web');
 * });
 */
export function clusterTest(options: StartOptions = {}): TestAPI<ClusterFixtures> {
  return base.extend<ClusterFixtures>({
    mainCluster: [
      // biome-ignore lint/correctness/noEmptyPattern: vitest reads what a fixture needs from this pattern
      async ({}, use) => {
        const { startCluster } = await import('../index.ts');
        const cluster = await startCluster(options);
        try {
          await use(cluster);
        } finally {
          await cluster.stop();
        }
      },
      { scope: 'file' },
    ],
    cluster: async ({ mainCluster }, use) => {
      const fork = await mainCluster.fork({ from: 'fixtures' });
      try {
        await use(fork);
      } finally {
        await fork.stop();
      }
    },
  });
}
