import { expect, test } from 'vitest';
import { controller } from '../../../controllers/namespace/index.ts';
import type { Namespace } from '../../../server/kube/types.gen.ts';
import { controllerRequests } from '../../support/requests.ts';
import { testCluster } from '../../support/test-cluster.ts';

const KEY = { namespace: '', name: 'doomed' };

test('a namespace goes with everything in it, and nothing else goes', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller], namespaces: ['default', 'doomed'] });
  for (const namespace of ['default', 'doomed']) {
    const metadata = { namespace, name: 'thing' };
    await client.create('v1/configmaps', { metadata });
    await client.create('v1/events', { metadata, involvedObject: { namespace } } as never);
    await client.create('coordination.k8s.io/v1/leases', { metadata });
    await client.create('v1/pods', { metadata, spec: { containers: [{ name: 'c', image: 'i' }] } } as never);
  }
  await client.delete('v1/namespaces', KEY);
  await settle();
  await expect(client.get('v1/namespaces', KEY)).rejects.toMatchObject({ code: 404 });
  for (const resource of ['v1/configmaps', 'v1/events', 'coordination.k8s.io/v1/leases', 'v1/pods']) {
    expect(
      (await client.list(resource)).map(({ metadata }) => metadata.namespace),
      resource,
    ).toEqual(['default']);
  }
  await stop();
});

test('everything else waits for the pods', async () => {
  const cluster = await testCluster({ controllers: [controller], namespaces: ['default', 'doomed'] });
  const { client, settle, stop } = cluster;
  const pod = { namespace: 'doomed', name: 'pod' };
  const spec = { nodeName: 'node01', terminationGracePeriodSeconds: 60, containers: [{ name: 'c', image: 'i' }] };
  await client.create('v1/pods', { metadata: { ...pod, finalizers: ['example.com/kubelet'] }, spec } as never);
  await client.create('v1/configmaps', { metadata: { namespace: 'doomed', name: 'map' } });
  await client.delete('v1/namespaces', KEY);
  await settle();
  expect((await client.get('v1/pods', pod)).metadata.deletionTimestamp).toBeDefined();
  expect(await client.list('v1/configmaps', 'doomed')).toHaveLength(1);
  const { status } = await client.get<Namespace>('v1/namespaces', KEY);
  // While it waits for pods, upstream says nothing of what remains.
  expect(status.conditions?.map(({ status: value }) => value)).toEqual(['False', 'False', 'False', 'False', 'False']);

  await client.patch('v1/pods', pod, 'merge', { metadata: { finalizers: null } });
  await client.delete('v1/pods', pod, { gracePeriodSeconds: 0 }).catch(() => undefined);
  await settle();
  await expect(client.get('v1/namespaces', KEY)).rejects.toMatchObject({ code: 404 });
  await stop();
});

test('an empty namespace costs one look at each resource', async () => {
  const cluster = await testCluster({ controllers: [controller], namespaces: ['default', 'doomed'] });
  const { client, settle, stop } = cluster;
  const requests = controllerRequests(cluster);
  await client.delete('v1/namespaces', KEY);
  await settle();
  const writes = requests.filter((request) => !request.startsWith('GET'));
  expect(writes).toEqual(['PUT /api/v1/namespaces/doomed/status', 'PUT /api/v1/namespaces/doomed/finalize']);
  const lists = requests.filter((request) => request.startsWith('GET') && request.includes('/namespaces/doomed/'));
  expect(new Set(lists).size).toBe(lists.length);
  await stop();
});

test('a namespace keeps the finalizers of others', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller], namespaces: ['default'] });
  const spec = { finalizers: ['example.com/mine'] };
  await client.create('v1/namespaces', { metadata: { name: 'doomed' }, spec } as never);
  await client.delete('v1/namespaces', KEY);
  await settle();
  expect((await client.get<Namespace>('v1/namespaces', KEY)).spec.finalizers).toEqual(['example.com/mine']);
  await client.update<Namespace>('v1/namespaces', { metadata: { name: 'doomed' }, spec: {} } as Namespace, 'finalize');
  await settle();
  await expect(client.get('v1/namespaces', KEY)).rejects.toMatchObject({ code: 404 });
  await stop();
});
