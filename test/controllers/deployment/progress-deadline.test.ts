import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import type { Deployment, DeploymentCondition } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { DEPLOYMENTS, deployment, key, newImage, type Workloads, workloads } from '../../support/workloads.ts';

describe('progressDeadlineSeconds', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    const kubelet = readyPods(({ spec }) => spec.containers?.[0]?.image !== 'bad');
    cluster = await workloads([deployments, replicaSets, kubelet], { clock });
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 2, progressDeadlineSeconds: 60 }));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  async function change(patch: object): Promise<void> {
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', patch);
    await cluster.settle();
  }

  async function pass(ms: number): Promise<void> {
    await clock.advance(ms);
    await cluster.settle();
  }

  const progressing = async (): Promise<DeploymentCondition | undefined> => {
    const { status } = (await cluster.get<Deployment>(DEPLOYMENTS, 'web')) as Deployment;
    return status.conditions?.find(({ type }) => type === 'Progressing');
  };

  const newSet = async (): Promise<string | undefined> =>
    (await cluster.replicaSets()).find(({ spec }) => spec.template?.spec.containers?.[0]?.image === 'bad')?.metadata
      .name;

  test('a rollout that makes no progress for that long has failed', async () => {
    await change(newImage('bad'));
    expect(await progressing()).toMatchObject({
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message: `ReplicaSet "${await newSet()}" is progressing.`,
    });
    await pass(59_000);
    expect(await progressing()).toMatchObject({ status: 'True' });
    await pass(3_000);
    const message = `ReplicaSet "${await newSet()}" has timed out progressing.`;
    expect(await progressing()).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded', message });
  });

  test('a failed rollout is complete after all when its pods become ready', async () => {
    await change(newImage('bad'));
    await pass(62_000);
    await change(newImage('nginx:1'));
    expect(await progressing()).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  test('a complete rollout does not time out, whatever happens to its pods', async () => {
    await pass(120_000);
    expect(await progressing()).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  test('time in which the deployment was paused does not count', async () => {
    await change(newImage('bad'));
    await change({ spec: { paused: true } });
    await pass(600_000);
    expect(await progressing()).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' });
    await change({ spec: { paused: false } });
    await pass(30_000);
    expect(await progressing()).toMatchObject({ status: 'Unknown', reason: 'DeploymentResumed' });
    await pass(32_000);
    expect(await progressing()).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
  });

  test('a rollout that has failed stays so when it is paused', async () => {
    await change(newImage('bad'));
    await pass(62_000);
    await change({ spec: { paused: true } });
    expect(await progressing()).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
  });

  test('without a deadline nothing is said about progress', async () => {
    await change({ spec: { progressDeadlineSeconds: 2 ** 31 - 1 } });
    expect(await progressing()).toBeUndefined();
  });
});
