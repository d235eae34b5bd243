/** `fauxkube/jest`: a cluster for each file of tests, in a process of its own, and a fork of it for each test. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type {} from 'expect';
import type { Client, ForkedClient } from './client.ts';
import { type ClusterMatchers, matchers } from './matchers.ts';
import { type ClusterProcess, type ProcessOptions, startProcess } from './process.ts';

export type { Client, ForkedClient } from './client.ts';
export type { ClusterMatchers, ConditionWish, EventWish, Where } from './matchers.ts';
export { matchers } from './matchers.ts';
export type { Flags, ProcessOptions } from './process.ts';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T> extends ClusterMatchers {}
}
declare global {
  /** For tests that use the globals of `@types/jest`. */
  namespace jest {
    interface Matchers<R, T> extends ClusterMatchers {}
  }
}

expect.extend(matchers);

/** What the tests of a file have. */
export interface UsedCluster {
  /** The virtual cluster of the test that runs, with its `kubeconfig()`. It begins with the fixtures. */
  readonly current: ForkedClient;
  /** The cluster of the file. What a test changes in it, the next one finds. */
  readonly main: Client;
}

/** jest's own are five seconds: a busy machine takes longer to start a process. */
const HOOK_MS = 60_000;

function present<T>(value: T | undefined, when: string): T {
  if (value === undefined) throw new Error(`there is a cluster only ${when}`);
  return value;
}

/**
 * Starts a cluster before the tests of this file, and forks it before each of them.
 *
 * @example
 * const cluster = useCluster({ flags: { fixtures: 'manifests' } });
 * test('is ready', async () => {
 *   await expect(cluster.current).toBeReady('deployment/web');
 * });
 */
export function useCluster(options: ProcessOptions = {}): UsedCluster {
  let server: ClusterProcess | undefined;
  let fork: ForkedClient | undefined;
  beforeAll(async () => {
    server = await startProcess(options);
  }, options.timeoutMs ?? HOOK_MS);
  beforeEach(async () => {
    fork = await server?.client.fork({ from: 'fixtures' });
  }, HOOK_MS);
  afterEach(async () => {
    await fork?.stop();
    fork = undefined;
  }, HOOK_MS);
  afterAll(async () => {
    await server?.stop();
    server = undefined;
  }, HOOK_MS);
  return {
    get current() {
      return present(fork, 'in a test');
    },
    get main() {
      return present(server, 'in a test, and in hooks around it').client;
    },
  };
}
