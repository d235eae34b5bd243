import { expect, test } from 'vitest';
import type { EverythingObserver } from '../../server/kube/transport.ts';
import { testCluster } from '../support/test-cluster.ts';

function observer(seen: string[]): EverythingObserver {
  return {
    event: (type, { kind, metadata }) => seen.push(`${type} ${kind} ${metadata.name}`),
    synced: () => seen.push('synced'),
    end: () => seen.push('end'),
  };
}

test('one stream tells of every object of every resource, in the order of the changes', async () => {
  const { client, transport, settle, stop } = await testCluster({ namespaces: ['default'] });
  const map = { namespace: 'default', name: 'map' };
  await client.create('v1/configmaps', { metadata: map });
  const everything: string[] = [];
  const changes: string[] = [];
  const cancel = transport.watchAll({ existing: true }, observer(everything));
  transport.watchAll({ existing: false }, observer(changes));
  await client.create('coordination.k8s.io/v1/leases', { metadata: { namespace: 'default', name: 'lease' } });
  await client.patch('v1/configmaps', map, 'merge', { data: { a: 'b' } });
  await client.delete('coordination.k8s.io/v1/leases', { namespace: 'default', name: 'lease' });
  await settle();
  const later = ['ADDED Lease lease', 'MODIFIED ConfigMap map', 'DELETED Lease lease'];
  expect(everything.sort()).toEqual(['ADDED ConfigMap map', 'ADDED Namespace default', 'synced', ...later].sort());
  expect(changes).toEqual(['synced', ...later]);
  cancel();
  await client.delete('v1/configmaps', map);
  await settle();
  expect(everything).toHaveLength(6);
  await stop();
  expect(changes.slice(4)).toEqual(['DELETED ConfigMap map', 'end']);
});

test('resources name every version, and the preferred one', async () => {
  const { client, stop } = await testCluster();
  const resources = await client.resources();
  const of = (plural: string): unknown =>
    resources.filter(({ resource }) => resource === plural).map(({ id, preferred }) => [id, preferred]);
  expect(of('deployments')).toEqual([['apps/v1/deployments', true]]);
  expect(of('horizontalpodautoscalers')).toEqual([
    ['autoscaling/v2/horizontalpodautoscalers', true],
    ['autoscaling/v1/horizontalpodautoscalers', false],
  ]);
  expect(of('events')).toEqual([
    ['v1/events', true],
    ['events.k8s.io/v1/events', true],
  ]);
  await stop();
});
