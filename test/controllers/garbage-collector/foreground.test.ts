import { expect, test } from 'vitest';
import { controller } from '../../../controllers/garbage-collector/index.ts';
import type { Client } from '../../../controllers/lib/client.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { CONFIG_MAPS, createMap, find, names, refTo } from './support.ts';

const HOLD = ['example.com/hold'];

const deleteForeground = (client: Client, name: string): Promise<void> =>
  client.delete(CONFIG_MAPS, { namespace: 'default', name }, { propagationPolicy: 'Foreground' });

const release = (client: Client, name: string): Promise<unknown> =>
  client.patch(CONFIG_MAPS, { namespace: 'default', name }, 'merge', { metadata: { finalizers: null } });

test('an owner stays until the dependents that block it are gone', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const owner = await createMap(client, 'owner');
  const child = await createMap(client, 'child', [refTo(owner, { blockOwnerDeletion: true })]);
  await createMap(client, 'grandchild', [refTo(child, { blockOwnerDeletion: true })], { finalizers: HOLD });
  await settle();
  await deleteForeground(client, 'owner');
  await settle();
  expect(await names(client)).toEqual(['child', 'grandchild', 'owner']);
  // The dependent has dependents of its own, so that it waits for them too.
  expect((await find(client, 'child'))?.metadata.finalizers).toEqual(['foregroundDeletion']);
  await release(client, 'grandchild');
  await settle();
  expect(await names(client)).toEqual([]);
  await stop();
});

test('dependents that do not block are deleted without being waited for', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const owner = await createMap(client, 'owner');
  await createMap(client, 'child', [refTo(owner)], { finalizers: HOLD });
  await settle();
  await deleteForeground(client, 'owner');
  await settle();
  expect(await names(client)).toEqual(['child']);
  expect((await find(client, 'child'))?.metadata.deletionTimestamp).toBeDefined();
  await stop();
});

test('a dependent with another owner stays and lets the first one go', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const [first, second] = [await createMap(client, 'first'), await createMap(client, 'second')];
  const blocking = { blockOwnerDeletion: true };
  await createMap(client, 'shared', [refTo(first, blocking), refTo(second, blocking)]);
  await settle();
  await deleteForeground(client, 'first');
  await settle();
  expect(await names(client)).toEqual(['second', 'shared']);
  expect((await find(client, 'shared'))?.metadata.ownerReferences).toEqual([refTo(second, blocking)]);
  await stop();
});

test('a dependent that comes while its owner waits is deleted too', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const owner = await createMap(client, 'owner');
  const blocking = refTo(owner, { blockOwnerDeletion: true });
  await createMap(client, 'held', [blocking], { finalizers: HOLD });
  await deleteForeground(client, 'owner');
  await settle();
  await createMap(client, 'late', [blocking]);
  await settle();
  expect(await names(client)).toEqual(['held', 'owner']);
  await release(client, 'held');
  await settle();
  expect(await names(client)).toEqual([]);
  await stop();
});

test('a dependent that stops blocking lets its owner go', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const owner = await createMap(client, 'owner');
  await createMap(client, 'held', [refTo(owner, { blockOwnerDeletion: true })], { finalizers: HOLD });
  await deleteForeground(client, 'owner');
  await settle();
  const held = { namespace: 'default', name: 'held' };
  await client.patch(CONFIG_MAPS, held, 'strategic', {
    metadata: { ownerReferences: [refTo(owner, { blockOwnerDeletion: false })] },
  });
  await settle();
  expect(await names(client)).toEqual(['held']);
  await stop();
});

test('owners that wait for each other in a circle all go', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const a = await createMap(client, 'a');
  const b = await createMap(client, 'b', [refTo(a, { blockOwnerDeletion: true })]);
  const c = await createMap(client, 'c', [refTo(b, { blockOwnerDeletion: true })]);
  const ownerReferences = [refTo(c, { blockOwnerDeletion: true })];
  await client.patch(CONFIG_MAPS, { namespace: 'default', name: 'a' }, 'merge', { metadata: { ownerReferences } });
  await settle();
  await deleteForeground(client, 'a');
  await settle();
  expect(await names(client)).toEqual([]);
  await stop();
});
