import { afterEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { DEPLOYMENTS, deployment, key, newImage, type Workloads, workloads } from '../../support/workloads.ts';

describe('revisionHistoryLimit', () => {
  let cluster: Workloads;
  afterEach(() => cluster.stop());

  async function rollOutFour(revisionHistoryLimit: number): Promise<void> {
    cluster = await workloads([deployments, replicaSets, readyPods()]);
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 1, revisionHistoryLimit }));
    await cluster.settle();
    for (const image of ['nginx:2', 'nginx:3', 'nginx:4']) {
      await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', newImage(image));
      await cluster.settle();
    }
  }

  const images = async (): Promise<string[]> => {
    const sets = await cluster.replicaSets();
    return sets.map(({ spec }) => spec.template?.spec.containers?.[0]?.image ?? '').sort();
  };

  test.each([
    [0, ['nginx:4']],
    [1, ['nginx:3', 'nginx:4']],
    [10, ['nginx:1', 'nginx:2', 'nginx:3', 'nginx:4']],
  ])('%i keeps that many old replica sets, the newest', async (limit, kept) => {
    await rollOutFour(limit);
    expect(await images()).toEqual(kept);
  });

  test('goes by revision, not by age', async () => {
    await rollOutFour(10);
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', newImage('nginx:1'));
    await cluster.settle();
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', newImage('nginx:5'));
    await cluster.settle();
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'merge', { spec: { revisionHistoryLimit: 1 } });
    await cluster.settle();
    expect(await images()).toEqual(['nginx:1', 'nginx:5']);
  });
});
