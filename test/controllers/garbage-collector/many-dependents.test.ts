import { expect, test } from 'vitest';
import { controller } from '../../../controllers/garbage-collector/index.ts';
import { controllerRequests } from '../../support/requests.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { CONFIG_MAPS, createMap, names, refTo } from './support.ts';

const COUNT = 2000;

for (const propagationPolicy of ['Background', 'Foreground'] as const) {
  test(`${propagationPolicy}: the work grows with the number of dependents and no faster`, async () => {
    const cluster = await testCluster({ controllers: [controller] });
    const { client, settle, stop } = cluster;
    const owner = await createMap(client, 'owner');
    for (let i = 0; i < COUNT; i++) await createMap(client, `child-${i}`, [refTo(owner, { blockOwnerDeletion: true })]);
    await settle();
    const requests = controllerRequests(cluster);
    await client.delete(CONFIG_MAPS, { namespace: 'default', name: 'owner' }, { propagationPolicy });
    await settle();
    expect(await names(client)).toEqual([]);
    // One DELETE each, and the finalizer of the owner.
    expect(requests.length).toBeLessThanOrEqual(COUNT + 1);
    await stop();
  });
}

test('many objects with the same absent owner ask for it once', async () => {
  const cluster = await testCluster({ controllers: [controller] });
  const { client, manager, settle, stop } = cluster;
  await manager.setEnabled(controller.name, false);
  const absent = { apiVersion: 'v1', kind: 'Secret', name: 'nobody', uid: '11111111-2222-3333-4444-555555555555' };
  for (let i = 0; i < 100; i++) await createMap(client, `child-${i}`, [absent]);
  const requests = controllerRequests(cluster);
  await manager.setEnabled(controller.name, true);
  await settle();
  expect(await names(client)).toEqual([]);
  expect(requests.filter((request) => request.startsWith('GET'))).toEqual([
    'GET /api/v1/namespaces/default/secrets/nobody',
  ]);
  await stop();
});
