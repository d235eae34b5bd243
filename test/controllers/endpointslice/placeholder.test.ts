import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpointslice/index.ts';
import { controllerRequests, restart } from '../../support/requests.ts';
import { createNode, createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { SLICES, slicesOf } from './support.ts';

test('a service without pods has one empty slice, which is then filled and emptied', async () => {
  const cluster = await testCluster({ controllers: [controller] });
  const { client, settle, stop } = cluster;
  await createNode(client, 'node01');
  await createService(client, 'web');
  await settle();
  const [empty, ...others] = await slicesOf(client, 'web');
  expect(others).toEqual([]);
  expect([empty?.endpoints ?? [], empty?.ports ?? []]).toEqual([[], []]);

  await createPod(client, 'a', { ip: '10.0.0.1' });
  await settle();
  const filled = await slicesOf(client, 'web');
  expect(filled.map(({ metadata, ports }) => [metadata.name, ports?.[0]?.port])).toEqual([
    [empty?.metadata.name, 8080],
  ]);

  await client.delete('v1/pods', { namespace: 'default', name: 'a' }, { gracePeriodSeconds: 0 });
  await settle();
  const emptied = await slicesOf(client, 'web');
  expect(emptied.map(({ metadata, endpoints }) => [metadata.name, endpoints ?? []])).toEqual([
    [empty?.metadata.name, []],
  ]);

  const requests = controllerRequests(cluster);
  await restart(cluster, controller.name);
  expect(requests).toEqual([]);
  await stop();
});

test('a slice that somebody deletes or empties comes back', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createNode(client, 'node01');
  await createService(client, 'web');
  await createPod(client, 'a', { ip: '10.0.0.1' });
  await settle();
  const [first] = await slicesOf(client, 'web');
  await client.delete(SLICES, { namespace: 'default', name: first?.metadata.name ?? '' });
  await settle();
  const [second] = await slicesOf(client, 'web');
  expect(second?.endpoints).toHaveLength(1);
  expect(second?.metadata.uid).not.toBe(first?.metadata.uid);

  await client.patch(SLICES, { namespace: 'default', name: second?.metadata.name ?? '' }, 'merge', { endpoints: [] });
  await settle();
  expect((await slicesOf(client, 'web')).map(({ endpoints }) => endpoints?.length)).toEqual([1]);
  await stop();
});
