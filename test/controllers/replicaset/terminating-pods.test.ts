import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { key, PODS, REPLICA_SETS, replicaSet, type Workloads, workloads } from '../../support/workloads.ts';

/** Without a kubelet, pods that were bound to a node stay while they are being deleted. */
describe('pods that are being deleted', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([replicaSets]);
    await cluster.client.create(REPLICA_SETS, replicaSet('web'));
    await cluster.settle();
    for (const { metadata } of await cluster.pods()) {
      const name = metadata.name ?? '';
      const binding = { metadata: { name, namespace: 'default' }, target: { kind: 'Node', name: 'node01' } };
      await cluster.client.create(PODS, binding, 'binding');
    }
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  test('are replaced at once and counted as terminating', async () => {
    const [first] = await cluster.pods();
    await cluster.client.delete(PODS, key(first?.metadata.name ?? ''));
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(3);
    const { status } = await cluster.get(REPLICA_SETS, 'web');
    expect(status).toMatchObject({ replicas: 2, terminatingReplicas: 1 });
  });

  test('are not counted any more when they are gone', async () => {
    const [first] = await cluster.pods();
    await cluster.client.delete(PODS, key(first?.metadata.name ?? ''));
    await cluster.settle();
    await cluster.client.delete(PODS, key(first?.metadata.name ?? ''), { gracePeriodSeconds: 0 });
    await cluster.settle();
    const { status } = await cluster.get(REPLICA_SETS, 'web');
    expect(status).toMatchObject({ replicas: 2, terminatingReplicas: 0 });
  });

  test('are deleted only once when the replica set shrinks', async () => {
    cluster.writes.length = 0;
    await cluster.client.patch(REPLICA_SETS, key('web'), 'merge', { spec: { replicas: 0 } });
    await cluster.settle();
    expect(cluster.writes.filter((write) => write === 'delete v1/pods')).toHaveLength(2);
  });
});
