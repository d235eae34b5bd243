import { expect, test } from 'vitest';
import { controller } from '../../../controllers/garbage-collector/index.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { CONFIG_MAPS, createMap, find, names, refTo } from './support.ts';

const NOBODY = '11111111-2222-3333-4444-555555555555';

test('an object whose owners never existed or are others goes at once', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const owner = await createMap(client, 'owner');
  await createMap(client, 'absent', [refTo(owner, { name: 'nobody', uid: NOBODY })]);
  await createMap(client, 'wrong-uid', [refTo(owner, { uid: NOBODY })]);
  await createMap(client, 'wrong-name', [refTo(owner, { name: 'other' })]);
  await createMap(client, 'wrong-kind', [refTo(owner, { kind: 'Secret' })]);
  await createMap(client, 'right', [refTo(owner)]);
  await createMap(client, 'partly', [refTo(owner), refTo(owner, { name: 'nobody', uid: NOBODY })]);
  await settle();
  expect(await names(client)).toEqual(['owner', 'partly', 'right']);
  expect((await find(client, 'partly'))?.metadata.ownerReferences).toEqual([refTo(owner)]);
  await stop();
});

test('an object of a kind that nobody serves is no owner to judge by', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const unknown = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'w', uid: NOBODY };
  await createMap(client, 'waiting', [unknown]);
  await settle();
  expect(await names(client)).toEqual(['waiting']);
  await stop();
});

test('an owner that was recreated under its name is another one', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const owner = await createMap(client, 'owner');
  await createMap(client, 'child', [refTo(owner)]);
  await client.delete(CONFIG_MAPS, { namespace: 'default', name: 'owner' });
  const again = await createMap(client, 'owner');
  await createMap(client, 'late', [refTo(owner)]);
  await createMap(client, 'new', [refTo(again)]);
  await settle();
  expect(await names(client)).toEqual(['new', 'owner']);
  await stop();
});

test('what happened while the controller did not run is found when it starts', async () => {
  const { client, manager, settle, stop } = await testCluster({ controllers: [controller] });
  const owner = await createMap(client, 'owner');
  await createMap(client, 'child', [refTo(owner)]);
  await manager.setEnabled(controller.name, false);
  await client.delete(CONFIG_MAPS, { namespace: 'default', name: 'owner' });
  await settle();
  expect(await names(client)).toEqual(['child']);
  await manager.setEnabled(controller.name, true);
  await settle();
  expect(await names(client)).toEqual([]);
  await stop();
});
