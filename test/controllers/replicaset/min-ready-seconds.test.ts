import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import type { ReplicaSetStatus } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key, PODS, REPLICA_SETS, replicaSet, type Workloads, workloads } from '../../support/workloads.ts';

describe('minReadySeconds', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await workloads([replicaSets, readyPods()], { clock });
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { minReadySeconds: 30 }));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  const status = async (): Promise<ReplicaSetStatus> =>
    (await cluster.get(REPLICA_SETS, 'web')).status as ReplicaSetStatus;

  test('pods become available when they have been ready for that long', async () => {
    expect(await status()).toMatchObject({ readyReplicas: 2 });
    expect(await status()).not.toHaveProperty('availableReplicas');
    await clock.advance(29_999);
    await cluster.settle();
    expect(await status()).not.toHaveProperty('availableReplicas');
    await clock.advance(1);
    await cluster.settle();
    expect(await status()).toMatchObject({ readyReplicas: 2, availableReplicas: 2 });
  });

  test('each pod has its own time', async () => {
    await clock.advance(20_000);
    const [first] = await cluster.pods();
    await cluster.client.delete(PODS, key(first?.metadata.name ?? ''));
    await cluster.settle();
    await clock.advance(10_000);
    await cluster.settle();
    expect(await status()).toMatchObject({ readyReplicas: 2, availableReplicas: 1 });
    await clock.advance(20_000);
    await cluster.settle();
    expect(await status()).toMatchObject({ availableReplicas: 2 });
  });

  test('a pod that was not ready in between begins anew', async () => {
    await clock.advance(30_000);
    await cluster.settle();
    const [first] = await cluster.pods();
    const conditions = [{ type: 'Ready', status: 'True', lastTransitionTime: new Date(clock.now()).toISOString() }];
    await cluster.client.patch(
      PODS,
      key(first?.metadata.name ?? ''),
      'strategic',
      { status: { conditions } },
      'status',
    );
    await cluster.settle();
    expect(await status()).toMatchObject({ availableReplicas: 1 });
    await clock.advance(30_000);
    await cluster.settle();
    expect(await status()).toMatchObject({ availableReplicas: 2 });
  });
});
