import { expect, test } from 'vitest';
import { controller } from '../../../controllers/resource-quota/index.ts';
import type { Pod, ResourceQuota } from '../../../server/kube/types.gen.ts';
import { controllerRequests } from '../../support/requests.ts';
import { type TestCluster, testCluster } from '../../support/test-cluster.ts';

const QUOTAS = 'v1/resourcequotas';
const PODS = 'v1/pods';
const KEY = { namespace: 'default', name: 'q' };

async function start(hard: Record<string, string>, spec: object = {}): Promise<TestCluster> {
  const cluster = await testCluster({ controllers: [controller] });
  await cluster.client.create(QUOTAS, { metadata: KEY, spec: { hard, ...spec } });
  await cluster.settle();
  return cluster;
}

async function statusOf({ client, settle }: TestCluster): Promise<unknown> {
  await settle();
  return (await client.get<ResourceQuota>(QUOTAS, KEY)).status;
}

function pod(
  name: string,
  requests: Record<string, string> = {},
  spec: object = {},
): Parameters<TestCluster['client']['create']>[1] {
  const containers = [{ name: 'c', image: 'i', resources: { requests } }];
  return { metadata: { namespace: 'default', name }, spec: { containers, ...spec } };
}

test('a new quota gets a status at once, with nothing used', async () => {
  const cluster = await start({ pods: '3', 'requests.cpu': '1', 'count/deployments.apps': '5', 'example.com/x': '1' });
  expect(await statusOf(cluster)).toEqual({
    hard: { pods: '3', 'requests.cpu': '1', 'count/deployments.apps': '5', 'example.com/x': '1' },
    used: { pods: '0', 'requests.cpu': '0', 'count/deployments.apps': '0' },
  });
  await cluster.stop();
});

test('what is there already is counted, and what goes is released', async () => {
  const cluster = await start({ pods: '3', 'requests.cpu': '1', configmaps: '9' });
  const { client } = cluster;
  await client.create(PODS, pod('a', { cpu: '300m' }));
  await client.create(PODS, pod('b', { cpu: '500m' }));
  await client.create('v1/configmaps', { metadata: { namespace: 'default', name: 'c' } });
  expect(await statusOf(cluster)).toMatchObject({ used: { pods: '2', 'requests.cpu': '800m', configmaps: '1' } });
  await client.delete(PODS, { namespace: 'default', name: 'a' });
  await client.delete('v1/configmaps', { namespace: 'default', name: 'c' });
  expect(await statusOf(cluster)).toMatchObject({ used: { pods: '1', 'requests.cpu': '500m', configmaps: '0' } });
  await cluster.stop();
});

test('a pod that ended uses nothing any more, but is still an object', async () => {
  const cluster = await start({ pods: '3', 'requests.cpu': '1', 'count/pods': '3' });
  const { client } = cluster;
  const created = await client.create<Pod>(PODS, pod('a', { cpu: '300m' }) as Pod);
  await client.update<Pod>(PODS, { ...created, status: { ...created.status, phase: 'Succeeded' } }, 'status');
  expect(await statusOf(cluster)).toMatchObject({ used: { pods: '0', 'requests.cpu': '0', 'count/pods': '1' } });
  await cluster.stop();
});

test('a quota with scopes counts the pods that are in all of them', async () => {
  const cluster = await start({ pods: '9' }, { scopes: ['Terminating', 'BestEffort'] });
  await cluster.client.create(PODS, pod('a', {}, { activeDeadlineSeconds: 5 }));
  await cluster.client.create(PODS, pod('b', { cpu: '1' }, { activeDeadlineSeconds: 5 }));
  await cluster.client.create(PODS, pod('c'));
  expect(await statusOf(cluster)).toMatchObject({ used: { pods: '1' } });
  await cluster.stop();
});

test('what is allowed follows a change of the quota', async () => {
  const cluster = await start({ pods: '3', secrets: '1' });
  await cluster.client.patch(QUOTAS, KEY, 'merge', { spec: { hard: { pods: '5', secrets: null, services: '2' } } });
  expect(await statusOf(cluster)).toEqual({
    hard: { pods: '5', services: '2' },
    used: { pods: '0', services: '0' },
  });
  await cluster.stop();
});

test('a namespace whose objects do not change makes no requests', async () => {
  const cluster = await start({ pods: '3' });
  await cluster.client.create('v1/namespaces', { metadata: { name: 'other' } });
  await cluster.settle();
  const requests = controllerRequests(cluster);
  await cluster.client.create('v1/configmaps', { metadata: { namespace: 'default', name: 'c' } });
  await cluster.client.create(PODS, { ...pod('a'), metadata: { namespace: 'other', name: 'a' } });
  await cluster.settle();
  expect(requests).toEqual([]);
  await cluster.stop();
});
