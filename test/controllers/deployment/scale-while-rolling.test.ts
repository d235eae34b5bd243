import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import {
  DEPLOYMENTS,
  deployment,
  key,
  newImage,
  podSpec,
  REPLICA_SETS,
  replicaSet,
  type Workloads,
  workloads,
} from '../../support/workloads.ts';

/** A rollout that is stuck half way, with 8 old pods and 5 new ones that never become ready. */
describe('scaling in the middle of a rollout', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([
      deployments,
      replicaSets,
      readyPods(({ spec }) => spec.containers?.[0]?.image !== 'bad'),
    ]);
    const rollingUpdate = { maxSurge: 3, maxUnavailable: 2 };
    await cluster.client.create(
      DEPLOYMENTS,
      deployment('web', { replicas: 10, strategy: { type: 'RollingUpdate', rollingUpdate } }),
    );
    await cluster.settle();
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', newImage('bad'));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  async function sizes(): Promise<Record<string, number>> {
    const sets = await cluster.replicaSets();
    return Object.fromEntries(
      sets.map(({ spec }) => [spec.template?.spec.containers?.[0]?.image ?? '', spec.replicas ?? 0]),
    );
  }

  async function scale(replicas: number): Promise<void> {
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'merge', { spec: { replicas } });
    await cluster.settle();
  }

  test('begins with 8 and 5', async () => {
    expect(await sizes()).toEqual({ 'nginx:1': 8, bad: 5 });
  });

  test('adds in proportion, what is left over to the larger one', async () => {
    await scale(15);
    // 18 allowed, 5 to add: 8 × 18/13 = 11.08 and 5 × 18/13 = 6.92.
    expect(await sizes()).toEqual({ 'nginx:1': 11, bad: 7 });
  });

  test('notes the new size on every replica set', async () => {
    await scale(15);
    for (const { metadata } of await cluster.replicaSets()) {
      expect(metadata.annotations).toMatchObject({
        'deployment.kubernetes.io/desired-replicas': '15',
        'deployment.kubernetes.io/max-replicas': '18',
      });
    }
  });

  test('takes away in proportion, and lets the rollout go on from there', async () => {
    await scale(5);
    // 8 allowed, 5 to take: 8 × 8/13 = 4.92 and 5 × 8/13 = 3.08.
    const { 'nginx:1': old = 0, bad = 0 } = await sizes();
    expect(old + bad).toBeLessThanOrEqual(8);
    expect(old).toBeGreaterThanOrEqual(3);
  });

  test('to nothing leaves nothing', async () => {
    await scale(0);
    expect(await sizes()).toEqual({ 'nginx:1': 0, bad: 0 });
  });
});

test('what rounding leaves over goes to the newest of equally large replica sets', async () => {
  const clock = new SimulatedClock();
  const cluster = await workloads([deployments, replicaSets, readyPods()], { clock });
  try {
    const annotations = {
      'deployment.kubernetes.io/desired-replicas': '12',
      'deployment.kubernetes.io/max-replicas': '12',
    };
    for (const name of ['first', 'second', 'third']) {
      const labels = { app: 'web', name };
      const template = { metadata: { labels }, spec: podSpec() as never };
      const set = replicaSet(name, { replicas: 4, selector: { matchLabels: labels }, template });
      set.metadata = { ...set.metadata, labels, annotations };
      await cluster.client.create(REPLICA_SETS, set);
      await clock.advance(1000);
    }
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } };
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 13, paused: true, strategy }));
    await cluster.settle();
    // 4 × 13/12 = 4.33 for each of them.
    const sizes = (await cluster.replicaSets()).map(({ metadata, spec }) => [metadata.name, spec.replicas]);
    expect(Object.fromEntries(sizes)).toEqual({ first: 4, second: 4, third: 5 });
  } finally {
    await cluster.stop();
  }
});
