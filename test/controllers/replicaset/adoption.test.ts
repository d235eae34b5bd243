import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import type { KubeObject, OwnerReference } from '../../../server/kube/object.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { key, PODS, podSpec, REPLICA_SETS, replicaSet, type Workloads, workloads } from '../../support/workloads.ts';

const lonelyPod = (name: string, metadata: object = {}): KubeObject => ({
  metadata: { ...key(name), labels: { app: 'web' }, ...metadata },
  spec: podSpec(),
});

describe('adoption and release', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([replicaSets]);
  });
  afterEach(() => cluster.stop());

  const ownersOf = async (name: string): Promise<readonly Partial<OwnerReference>[] | undefined> =>
    (await cluster.get<Pod>(PODS, name)).metadata.ownerReferences;

  test('a replica set takes over pods that match its selector', async () => {
    await cluster.client.create(PODS, lonelyPod('orphan'));
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 1 }));
    await cluster.settle();
    expect((await cluster.pods()).map(({ metadata }) => metadata.name)).toEqual(['orphan']);
    expect(await ownersOf('orphan')).toMatchObject([
      { kind: 'ReplicaSet', name: 'web', controller: true, blockOwnerDeletion: true },
    ]);
    expect((await cluster.get(REPLICA_SETS, 'web')).status).toMatchObject({ replicas: 1 });
  });

  test('pods that come later are taken over, and those too many go', async () => {
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 1 }));
    await cluster.settle();
    await cluster.client.create(PODS, lonelyPod('orphan'));
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(1);
  });

  test('a pod that stops matching is let go and replaced', async () => {
    await cluster.client.create(PODS, lonelyPod('orphan'));
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 1 }));
    await cluster.settle();
    await cluster.client.patch(PODS, key('orphan'), 'merge', { metadata: { labels: { app: 'other' } } });
    await cluster.settle();
    expect(await ownersOf('orphan')).toBeUndefined();
    const names = (await cluster.pods()).map(({ metadata }) => metadata.name);
    expect(names).toEqual(['orphan', expect.stringMatching(/^web-/)]);
  });

  test('a pod that somebody else controls is left alone', async () => {
    const owner = { apiVersion: 'v1', kind: 'Sandbox', name: 'x', uid: 'c0ffee', controller: true };
    await cluster.client.create(PODS, lonelyPod('taken', { ownerReferences: [owner] }));
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 1 }));
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(2);
    expect(await ownersOf('taken')).toMatchObject([{ name: 'x' }]);
  });

  test('an owner that does not control is no hindrance', async () => {
    const owner = { apiVersion: 'v1', kind: 'Sandbox', name: 'x', uid: 'c0ffee' };
    await cluster.client.create(PODS, lonelyPod('shared', { ownerReferences: [owner] }));
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 1 }));
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(1);
    expect((await ownersOf('shared'))?.map(({ name }) => name).sort()).toEqual(['web', 'x']);
  });

  test('a replica set that is being deleted adopts nothing', async () => {
    const held = replicaSet('web', { replicas: 0 });
    held.metadata.finalizers = ['example.com/hold'];
    await cluster.client.create(REPLICA_SETS, held);
    await cluster.client.delete(REPLICA_SETS, key('web'));
    await cluster.client.create(PODS, lonelyPod('orphan'));
    await cluster.settle();
    expect(await ownersOf('orphan')).toBeUndefined();
  });

  test('a replica set that is being deleted lets go of nothing', async () => {
    await cluster.client.create(PODS, lonelyPod('orphan'));
    const held = replicaSet('web', { replicas: 1 });
    held.metadata.finalizers = ['example.com/hold'];
    await cluster.client.create(REPLICA_SETS, held);
    await cluster.settle();
    await cluster.client.delete(REPLICA_SETS, key('web'));
    await cluster.client.patch(PODS, key('orphan'), 'merge', { metadata: { labels: { app: 'other' } } });
    await cluster.settle();
    expect(await ownersOf('orphan')).toMatchObject([{ name: 'web' }]);
  });

  test('pods in other namespaces are not adopted', async () => {
    const pod = lonelyPod('orphan');
    pod.metadata.namespace = 'kube-system';
    await cluster.client.create(PODS, pod);
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 1 }));
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(1);
  });
});
