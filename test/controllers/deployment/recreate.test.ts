import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as deployments } from '../../../controllers/deployment/index.ts';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import type { Deployment } from '../../../server/kube/types.gen.ts';
import { DEPLOYMENTS, deployment, key, newImage, PODS, type Workloads, workloads } from '../../support/workloads.ts';

describe('the strategy Recreate', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([deployments, replicaSets]);
    await cluster.client.create(DEPLOYMENTS, deployment('web', { replicas: 2, strategy: { type: 'Recreate' } }));
    await cluster.settle();
    // Bound pods stay until somebody like a kubelet removes them.
    for (const { metadata } of await cluster.pods()) {
      await cluster.client.create(
        PODS,
        { metadata: key(metadata.name ?? ''), target: { kind: 'Node', name: 'node01' } },
        'binding',
      );
    }
    await cluster.client.patch(DEPLOYMENTS, key('web'), 'strategic', newImage('nginx:2'));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  const images = async (): Promise<(string | undefined)[]> =>
    (await cluster.pods()).map(({ spec }) => spec.containers?.[0]?.image);

  async function remove(): Promise<void> {
    const [pod] = await cluster.pods();
    await cluster.client.delete(PODS, key(pod?.metadata.name ?? ''), { gracePeriodSeconds: 0 });
    await cluster.settle();
  }

  test('makes no new pod as long as an old one is there', async () => {
    expect(await images()).toEqual(['nginx:1', 'nginx:1']);
    expect((await cluster.pods()).every(({ metadata }) => metadata.deletionTimestamp !== undefined)).toBe(true);
    expect(await cluster.replicaSets()).toHaveLength(1);
    await remove();
    expect(await images()).toEqual(['nginx:1']);
    await remove();
    expect(await images()).toEqual(['nginx:2', 'nginx:2']);
  });

  test('waits for old pods that their replica set does not count any more', async () => {
    for (const { metadata } of await cluster.pods()) {
      await cluster.client.patch(PODS, key(metadata.name ?? ''), 'merge', { metadata: { labels: { app: 'other' } } });
    }
    await cluster.settle();
    await remove();
    expect(await images()).toEqual(['nginx:1']);
    await remove();
    expect(await images()).toEqual(['nginx:2', 'nginx:2']);
  });

  test('has nothing available in between', async () => {
    const { status } = await cluster.get<Deployment>(DEPLOYMENTS, 'web');
    const available = status.conditions?.find(({ type }) => type === 'Available');
    expect(available).toMatchObject({
      status: 'False',
      reason: 'MinimumReplicasUnavailable',
      message: 'Deployment does not have minimum availability.',
    });
  });
});
