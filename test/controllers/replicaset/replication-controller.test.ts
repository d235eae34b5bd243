import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { replicationController } from '../../../controllers/replicaset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { key, podSpec, type Workloads, workloads } from '../../support/workloads.ts';

const CONTROLLERS = 'v1/replicationcontrollers';

describe('a replication controller', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([replicationController, readyPods()]);
    const template = { metadata: { labels: { app: 'old', more: 'x' } }, spec: podSpec() };
    await cluster.client.create(CONTROLLERS, {
      metadata: key('old'),
      spec: { replicas: 2, selector: { app: 'old' }, template },
    });
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  test('has pods like a replica set', async () => {
    const pods = await cluster.pods();
    expect(pods).toHaveLength(2);
    expect(pods[0]?.metadata.ownerReferences).toMatchObject([
      { apiVersion: 'v1', kind: 'ReplicationController', name: 'old' },
    ]);
    expect(await cluster.events('old')).toEqual(
      pods.map(({ metadata }) => `SuccessfulCreate: Created pod: ${metadata.name}`).sort(),
    );
  });

  test('does not tell how many pods are terminating', async () => {
    const { status } = await cluster.get(CONTROLLERS, 'old');
    const counts = { replicas: 2, fullyLabeledReplicas: 2, readyReplicas: 2, availableReplicas: 2 };
    expect(status).toEqual({ ...counts, observedGeneration: 1 });
  });

  test('can be scaled', async () => {
    await cluster.client.patch(CONTROLLERS, key('old'), 'merge', { spec: { replicas: 1 } });
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(1);
  });
});
