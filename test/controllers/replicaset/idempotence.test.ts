import { expect, test } from 'vitest';
import { controller as replicaSets, replicationController } from '../../../controllers/replicaset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { podSpec, REPLICA_SETS, replicaSet, workloads } from '../../support/workloads.ts';

test('controllers that know nothing find nothing to write in a settled cluster', async () => {
  const cluster = await workloads([replicaSets, replicationController, readyPods()]);
  try {
    const labels = { app: 'old' };
    const template = { metadata: { labels }, spec: podSpec() };
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 3, minReadySeconds: 0 }));
    await cluster.client.create(REPLICA_SETS, replicaSet('none', { replicas: 0 }));
    const metadata = { namespace: 'default', name: 'old' };
    await cluster.client.create('v1/replicationcontrollers', {
      metadata,
      spec: { replicas: 2, selector: labels, template },
    });
    await cluster.settle();
    expect(cluster.writes.length).toBeGreaterThan(5);
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  } finally {
    await cluster.stop();
  }
});
