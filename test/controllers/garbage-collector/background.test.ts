import { expect, test } from 'vitest';
import { controller } from '../../../controllers/garbage-collector/index.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { CONFIG_MAPS, createMap, find, names, refTo } from './support.ts';

test('dependents go after their owner, through all generations', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const owner = await createMap(client, 'owner');
  const child = await createMap(client, 'child', [refTo(owner)]);
  await createMap(client, 'grandchild', [refTo(child, { blockOwnerDeletion: true })]);
  await createMap(client, 'stranger');
  await settle();
  expect(await names(client)).toEqual(['child', 'grandchild', 'owner', 'stranger']);
  await client.delete(CONFIG_MAPS, { namespace: 'default', name: 'owner' }, { propagationPolicy: 'Background' });
  await settle();
  expect(await names(client)).toEqual(['stranger']);
  await stop();
});

test('an object with another owner stays and loses the reference', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const [first, second] = [await createMap(client, 'first'), await createMap(client, 'second')];
  await createMap(client, 'shared', [refTo(first), refTo(second)]);
  await settle();
  await client.delete(CONFIG_MAPS, { namespace: 'default', name: 'first' });
  await settle();
  expect((await find(client, 'shared'))?.metadata.ownerReferences).toEqual([refTo(second)]);
  await client.delete(CONFIG_MAPS, { namespace: 'default', name: 'second' });
  await settle();
  expect(await names(client)).toEqual([]);
  await stop();
});
