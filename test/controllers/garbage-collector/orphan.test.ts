import { expect, test } from 'vitest';
import { controller } from '../../../controllers/garbage-collector/index.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { CONFIG_MAPS, createMap, find, names, refTo } from './support.ts';

test('orphans lose their owner and stay', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const owner = await createMap(client, 'owner', [], { finalizers: ['example.com/hold'] });
  const other = await createMap(client, 'other');
  await createMap(client, 'orphan', [refTo(owner, { controller: true, blockOwnerDeletion: true })]);
  await createMap(client, 'shared', [refTo(other), refTo(owner)]);
  await settle();
  await client.delete(CONFIG_MAPS, { namespace: 'default', name: 'owner' }, { propagationPolicy: 'Orphan' });
  await settle();
  expect((await find(client, 'orphan'))?.metadata.ownerReferences).toBeUndefined();
  expect((await find(client, 'shared'))?.metadata.ownerReferences).toEqual([refTo(other)]);
  expect((await find(client, 'owner'))?.metadata.finalizers).toEqual(['example.com/hold']);
  await client.patch(CONFIG_MAPS, { namespace: 'default', name: 'owner' }, 'merge', { metadata: { finalizers: null } });
  await settle();
  expect(await names(client)).toEqual(['orphan', 'other', 'shared']);
  await stop();
});
