import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as statefulSets } from '../../../controllers/statefulset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { images, podNames, STATEFUL_SETS, statefulSet, statusOf } from '../../support/stateful-sets.ts';
import { key, newImage, type Workloads, workloads } from '../../support/workloads.ts';

describe('minReadySeconds', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await workloads([statefulSets, readyPods()], { clock });
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', { replicas: 2, minReadySeconds: 30 }));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  async function pass(seconds: number): Promise<void> {
    await clock.advance(seconds * 1000);
    await cluster.settle();
  }

  test('the next pod waits until the one before has been ready for that long', async () => {
    await pass(29);
    expect(await podNames(cluster)).toEqual(['web-0']);
    expect(await statusOf(cluster)).toMatchObject({ replicas: 1, readyReplicas: 1, availableReplicas: 0 });
    await pass(1);
    expect(await podNames(cluster)).toEqual(['web-0', 'web-1']);
    expect(await statusOf(cluster)).toMatchObject({ replicas: 2, readyReplicas: 2, availableReplicas: 1 });
    await pass(30);
    expect(await statusOf(cluster)).toMatchObject({ availableReplicas: 2 });
  });

  test('an update goes on when the new pod has been ready for that long', async () => {
    await pass(30);
    await pass(30);
    await cluster.client.patch(STATEFUL_SETS, key('web'), 'strategic', newImage('nginx:2'));
    await cluster.settle();
    await pass(29);
    expect(await images(cluster)).toEqual(['web-0 nginx:1', 'web-1 nginx:2']);
    await pass(1);
    expect(await images(cluster)).toEqual(['web-0 nginx:2', 'web-1 nginx:2']);
  });
});
