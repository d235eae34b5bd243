import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { podSpec, REPLICA_SETS, replicaSet, type Workloads, workloads } from '../../support/workloads.ts';

describe('a new replica set', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([replicaSets, readyPods()]);
  });
  afterEach(() => cluster.stop());

  test('gets pods of its template, which it controls', async () => {
    const metadata = {
      labels: { app: 'web', tier: 'front' },
      annotations: { note: 'x' },
      finalizers: ['example.com/hold'],
    };
    const created = await cluster.client.create(
      REPLICA_SETS,
      replicaSet('web', { template: { metadata, spec: podSpec() as never } }),
    );
    await cluster.settle();
    const pods = await cluster.pods();
    expect(pods).toHaveLength(2);
    for (const pod of pods) {
      expect(pod.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
      expect(pod.metadata).toMatchObject({ generateName: 'web-', ...metadata });
      const { uid } = created.metadata;
      const owner = {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: 'web',
        uid,
        controller: true,
        blockOwnerDeletion: true,
      };
      expect(pod.metadata.ownerReferences).toEqual([owner]);
      expect(pod.spec.containers).toMatchObject([{ name: 'c', image: 'nginx:1' }]);
    }
  });

  test('tells of every pod in an Event', async () => {
    await cluster.client.create(REPLICA_SETS, replicaSet('web'));
    await cluster.settle();
    const names = (await cluster.pods()).map(({ metadata }) => `SuccessfulCreate: Created pod: ${metadata.name}`);
    expect(await cluster.events('web')).toEqual(names.sort());
  });

  test('counts its pods in the status', async () => {
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 3 }));
    await cluster.settle();
    const { status } = await cluster.get(REPLICA_SETS, 'web');
    const counts = {
      replicas: 3,
      fullyLabeledReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
    };
    expect(status).toEqual({ ...counts, observedGeneration: 1 });
  });

  test('counts pods without all labels of the template apart', async () => {
    await cluster.client.create(REPLICA_SETS, replicaSet('web'));
    await cluster.settle();
    await cluster.client.patch(REPLICA_SETS, { namespace: 'default', name: 'web' }, 'merge', {
      spec: { template: { metadata: { labels: { late: 'yes' } } } },
    });
    await cluster.settle();
    const { status } = await cluster.get(REPLICA_SETS, 'web');
    expect(status).toEqual({
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      terminatingReplicas: 0,
      observedGeneration: 2,
    });
  });
});
