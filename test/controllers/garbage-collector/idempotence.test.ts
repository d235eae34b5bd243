import { expect, test } from 'vitest';
import { controller } from '../../../controllers/garbage-collector/index.ts';
import { controllerRequests, restart } from '../../support/requests.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { CONFIG_MAPS, createMap, refTo } from './support.ts';

test('owners that exist cost no request, however often the collector starts', async () => {
  const cluster = await testCluster({ controllers: [controller] });
  const { client, settle, stop } = cluster;
  const requests = controllerRequests(cluster);
  const owner = await createMap(client, 'owner');
  const child = await createMap(client, 'child', [refTo(owner, { blockOwnerDeletion: true })]);
  await createMap(client, 'grandchild', [refTo(child)]);
  await settle();
  await restart(cluster, controller.name);
  await client.patch(CONFIG_MAPS, { namespace: 'default', name: 'child' }, 'merge', { data: { a: 'b' } });
  await settle();
  expect(requests).toEqual([]);
  await stop();
});
