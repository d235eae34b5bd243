import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controller as replicaSets } from '../../../controllers/replicaset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { key, REPLICA_SETS, replicaSet, type Workloads, workloads } from '../../support/workloads.ts';

describe('the size of a replica set', () => {
  let cluster: Workloads;

  beforeEach(async () => {
    cluster = await workloads([replicaSets, readyPods()]);
    await cluster.client.create(REPLICA_SETS, replicaSet('web', { replicas: 3 }));
    await cluster.settle();
  });
  afterEach(() => cluster.stop());

  const scale = async (replicas: number): Promise<void> => {
    await cluster.client.patch(REPLICA_SETS, key('web'), 'merge', { spec: { replicas } });
    await cluster.settle();
  };

  test('grows by new pods next to the old ones', async () => {
    const before = (await cluster.pods()).map(({ metadata }) => metadata.name);
    await scale(5);
    const after = (await cluster.pods()).map(({ metadata }) => metadata.name);
    expect(after).toHaveLength(5);
    expect(after).toEqual(expect.arrayContaining(before));
  });

  test('shrinks, which Events tell', async () => {
    await scale(1);
    expect(await cluster.pods()).toHaveLength(1);
    const deleted = (await cluster.events('web')).filter((event) => event.startsWith('SuccessfulDelete'));
    expect(deleted).toHaveLength(2);
    expect(deleted[0]).toMatch(/^SuccessfulDelete: Deleted pod: web-\w{5}$/);
  });

  test('is kept when somebody deletes a pod', async () => {
    const [first] = await cluster.pods();
    await cluster.client.delete('v1/pods', key(first?.metadata.name ?? ''));
    await cluster.settle();
    const pods = await cluster.pods();
    expect(pods).toHaveLength(3);
    expect(pods.map(({ metadata }) => metadata.name)).not.toContain(first?.metadata.name);
  });

  test('is kept when a pod has run to its end', async () => {
    const [first] = await cluster.pods();
    await cluster.client.patch(
      'v1/pods',
      key(first?.metadata.name ?? ''),
      'merge',
      { status: { phase: 'Failed' } },
      'status',
    );
    await cluster.settle();
    expect((await cluster.get(REPLICA_SETS, 'web')).status).toMatchObject({ replicas: 3 });
  });

  test('goes to zero, and the status with it', async () => {
    await scale(0);
    expect(await cluster.pods()).toEqual([]);
    const { status } = await cluster.get(REPLICA_SETS, 'web');
    expect(status).toEqual({ replicas: 0, terminatingReplicas: 0, observedGeneration: 2 });
  });
});
