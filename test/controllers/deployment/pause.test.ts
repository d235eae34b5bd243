import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import type { Deployment, DeploymentCondition } from '../../../server/kube/types.gen.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { DEPLOYMENTS, deployment, key, newImage, type Workloads, workloads } from '../../support/workloads.ts';

describe('a paused deployment', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([deployments, replicaSets, readyPods()]);
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 2 }));
    await cluster.settle();
    await change({ spec: { paused: true } });
  });
  afterEach(() => cluster.stop());

  async function change(patch: object): Promise<void> {
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', patch);
    await cluster.settle();
  }

  const progressing = async (): Promise<DeploymentCondition | undefined> => {
    const { status } = (await cluster.get<Deployment>(DEPLOYMENTS, 'web')) as Deployment;
    return status.conditions?.find(({ type }) => type === 'Progressing');
  };

  test('says so', async () => {
    expect(await progressing()).toMatchObject({
      status: 'Unknown',
      reason: 'DeploymentPaused',
      message: 'Deployment is paused',
    });
  });

  test('does not roll out a new template', async () => {
    await change(newImage('nginx:2'));
    expect(await cluster.replicaSets()).toHaveLength(1);
    expect((await cluster.get<Deployment>(DEPLOYMENTS, 'web')).status).not.toHaveProperty('updatedReplicas');
  });

  test('can be scaled', async () => {
    await change({ spec: { replicas: 4 } });
    expect(await cluster.pods()).toHaveLength(4);
  });

  test('rolls out when it is resumed', async () => {
    await change(newImage('nginx:2'));
    await change({ spec: { paused: false } });
    expect((await cluster.pods()).map(({ spec }) => spec.containers?.[0]?.image)).toEqual(['nginx:2', 'nginx:2']);
    expect(await progressing()).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  test('forgets that it was paused even when there is nothing to roll out', async () => {
    await change({ spec: { paused: false } });
    expect(await progressing()).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });
});
