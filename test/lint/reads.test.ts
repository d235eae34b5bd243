import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../server/base/clock.ts';
import { open, readKubeconfig } from '../support/ask.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { type LintedCluster, lintedCluster, MAPS } from './support.ts';

const clock = new SimulatedClock(systemClock().now());
let shop: LintedCluster;
beforeAll(async () => {
  shop = await lintedCluster({ clock });
});
beforeEach(() => shop.cluster.requests.clear());
afterAll(() => shop[Symbol.asyncDispose]());

const seen = async (): Promise<unknown[]> =>
  (await shop.findings()).map(({ rule, resource, count, message }) => [rule, resource, count, message]);

it('finds polling, by the time of the cluster', async () => {
  for (let i = 0; i < 7; i++) {
    await shop.operator('GET', `${MAPS}/a`);
    await clock.advance(30_000);
  }
  expect(await seen()).toEqual([['polling', 'configmaps', 7, 'asked for the same 7 times, every 30.0 s']]);
});

it('does not take for polling what comes when it comes, nor pages of a list', async () => {
  for (const pauseMs of [1000, 40_000, 2000, 90_000, 10_000, 500]) {
    await shop.operator('GET', `${MAPS}/a`);
    await clock.advance(pauseMs);
  }
  expect(await seen()).toEqual([]);
});

it('finds lists of many objects at once, and lets informers be', async () => {
  const transport = shop.cluster.transport();
  for (let i = 0; i < 501; i++) {
    const key = { namespace: 'default', name: `many-${i}` };
    await transport.send({ verb: 'create', resource: 'v1/configmaps', key, body: { metadata: { name: key.name } } });
  }
  await shop.operator('GET', `${MAPS}?resourceVersion=0`);
  await shop.operator('GET', `${MAPS}?limit=500`);
  expect(await seen()).toEqual([]);
  await shop.operator('GET', MAPS);
  expect(await seen()).toEqual([
    ['unpaged-list', 'configmaps', 1, expect.stringMatching(/^listed up to 50\d objects/)],
  ]);
});

it('finds consistent lists that come hot', async () => {
  const secrets = '/api/v1/secrets?limit=5';
  await Promise.all(Array.from({ length: 8 }, () => shop.operator('GET', `${secrets}&resourceVersion=0`)));
  expect(await seen()).toEqual([]);
  await Promise.all(Array.from({ length: 12 }, () => shop.operator('GET', secrets)));
  expect(await seen()).toEqual([
    ['consistent-list', 'secrets', 12, expect.stringMatching(/^listed \d+ times within a second$/)],
  ]);
});

it('finds watches without bookmarks, and deprecated versions', async () => {
  const credentials = readKubeconfig(shop.cluster.kubeconfig());
  const watch = async (query: string, agent: string): Promise<void> => {
    const headers = { 'user-agent': agent };
    const response = await open(`${shop.cluster.url}/api/v1/pods?watch=1${query}`, { credentials, headers });
    response.destroy();
  };
  await watch('', 'operator/v1.0');
  await watch('', 'kubectl/v1.37.2 (linux/amd64)');
  await watch('&allowWatchBookmarks=true', 'operator/v1.0');
  await shop.operator('GET', '/api/v1/endpoints?limit=1');
  expect(await seen()).toEqual([
    ['deprecated-api', 'endpoints', 1, 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
    ['watch-without-bookmarks', 'pods', 1, 'watched without asking for bookmarks'],
  ]);
});
