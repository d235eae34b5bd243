import { expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { DEPLOYMENTS, deployment, key, podSpec, REPLICA_SETS, replicaSet, workloads } from '../../support/workloads.ts';

/** Nobody runs the replica sets here: their statuses say what the test lets them say. */
test('pods that a replica set has given up and still counts are not taken for available', async () => {
  const cluster = await workloads([deployments]);
  try {
    for (const [name, replicas, available] of [
      ['lags', 1, 4],
      ['old', 2, 2],
      ['new', 4, 4],
    ] as const) {
      const labels = { app: 'web', name };
      const template = { metadata: { labels: { app: 'web' } }, spec: podSpec(name) as never };
      const set = replicaSet(name, { replicas, selector: { matchLabels: { app: 'web' } }, template });
      set.metadata = { ...set.metadata, labels };
      await cluster.client.create(REPLICA_SETS, set);
      const status = {
        replicas: available,
        readyReplicas: available,
        availableReplicas: available,
        observedGeneration: 1,
      };
      await cluster.client.patch(REPLICA_SETS, key(name), 'merge', { status }, 'status');
    }
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } };
    const template = { metadata: { labels: { app: 'web' } }, spec: podSpec('new') as never };
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 6, strategy, template }));
    await cluster.settle();
    const sizes = (await cluster.replicaSets()).map(({ metadata, spec }) => [metadata.name, spec.replicas]);
    // Five have to be available, and seven are wanted: at most two may go.
    expect(Object.fromEntries(sizes)).toEqual({ lags: 1, old: 2, new: 4 });
  } finally {
    await cluster.stop();
  }
});
