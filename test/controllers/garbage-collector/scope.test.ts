import { expect, test } from 'vitest';
import { controller } from '../../../controllers/garbage-collector/index.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { Event } from '../../../server/kube/types.gen.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { createMap, names, refTo } from './support.ts';

const CLASSES = 'scheduling.k8s.io/v1/priorityclasses';

const strays = (events: readonly Frozen<Event>[]): unknown =>
  events.map(({ message, involvedObject, source, type, reason }) => ({
    message,
    involvedObject,
    source,
    type,
    reason,
  }));

test('an owner of another namespace does not count, and an Event says so', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller], namespaces: ['default', 'other'] });
  const owner = await createMap(client, 'owner');
  const child = await createMap(client, 'child', [refTo(owner)], { namespace: 'other' });
  await settle();
  expect(await names(client, 'other')).toEqual([]);
  const reference = `[v1/ConfigMap, namespace: other, name: owner, uid: ${owner.metadata.uid}]`;
  expect(strays(await client.list<Event>('v1/events', 'other'))).toEqual([
    {
      type: 'Warning',
      reason: 'OwnerRefInvalidNamespace',
      message: `ownerRef ${reference} does not exist in namespace "other"`,
      involvedObject: {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        namespace: 'other',
        name: 'child',
        uid: child.metadata.uid,
      },
      source: { component: 'garbage-collector-controller' },
    },
  ]);
  await stop();
});

test('a cluster-scoped object with a namespaced owner stays for ever', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const owner = await createMap(client, 'owner');
  const metadata = { name: 'stray', ownerReferences: [refTo(owner)] };
  const stray = await client.create<KubeObject>(CLASSES, { metadata, value: 5 } as never);
  await settle();
  await client.delete('v1/configmaps', { namespace: 'default', name: 'owner' });
  await settle();
  expect((await client.get<KubeObject>(CLASSES, { namespace: '', name: 'stray' })).metadata.uid).toBe(
    stray.metadata.uid,
  );
  const [event] = await client.list<Event>('v1/events', 'default');
  const reference = `[v1/ConfigMap, namespace: , name: owner, uid: ${owner.metadata.uid}]`;
  expect(event?.message).toBe(`ownerRef ${reference} does not exist in namespace ""`);
  await stop();
});

test('a cluster-scoped owner owns objects of all namespaces', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller], namespaces: ['default', 'other'] });
  const owner = await client.create<KubeObject>(CLASSES, { metadata: { name: 'owner' }, value: 5 } as never);
  const dependent = await client.create<KubeObject>(CLASSES, {
    metadata: { name: 'dependent', ownerReferences: [refTo(owner)] },
    value: 5,
  } as never);
  await createMap(client, 'a', [refTo(owner)]);
  await createMap(client, 'b', [refTo(dependent)], { namespace: 'other' });
  await settle();
  expect([await names(client), await names(client, 'other')]).toEqual([['a'], ['b']]);
  await client.delete(CLASSES, { namespace: '', name: 'owner' });
  await settle();
  expect([await names(client), await names(client, 'other')]).toEqual([[], []]);
  await stop();
});
