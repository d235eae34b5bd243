import { afterAll, beforeAll, expect, it } from 'vitest';
import { open, readKubeconfig } from '../support/ask.ts';
import { openShop, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ nodes: 1, logLevel: 'error' });
});
afterAll(() => shop[Symbol.asyncDispose]());

const stage = (resource: string): string | undefined => shop.cluster.requests.since(0, { resource }).at(-1)?.stage;

it('tells of a watch when it begins, and when it is over', async () => {
  const { cluster } = shop;
  const since = cluster.requests.mark();
  const credentials = readKubeconfig(cluster.kubeconfig());
  const response = await open(`${cluster.url}/api/v1/configmaps?watch=true`, { credentials });
  await cluster.requests.waitFor({ verb: 'watch', resource: 'configmaps' }, { since });
  expect(stage('configmaps')).toBe('ResponseStarted');
  response.destroy();
  await expect.poll(() => stage('configmaps')).toBe('ResponseComplete');
});

it('tells of a command in a pod when it begins, and when it is over', async () => {
  const { cluster } = shop;
  const containers = [{ name: 'c', image: 'busybox', command: ['sleep', '1000'] }];
  await cluster.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } });
  await cluster.settle();
  const begun = cluster.requests.waitFor({ resource: 'pods/exec' }, { since: cluster.requests.mark() });
  const ended = shop.run(['exec', '-i', 'p', '--', 'cat'], { input: 'hello' });
  const [exec] = await begun;
  expect([exec?.verb, exec?.responseStatus?.code, exec?.objectRef?.name]).toEqual(['get', 101, 'p']);
  expect((await ended).stdout).toBe('hello');
  await expect.poll(() => stage('pods/exec')).toBe('ResponseComplete');
});
