import { afterEach, describe, expect, test } from 'vitest';
import { controller as garbageCollector } from '../../../controllers/garbage-collector/index.ts';
import { controller as jobs } from '../../../controllers/job/index.ts';
import { JOBS, job, jobCluster } from '../../support/jobs.ts';
import { key, PODS, podSpec, type Workloads, workloads } from '../../support/workloads.ts';

describe('the finalizer of the pods of a job', () => {
  let cluster: Workloads | undefined;

  afterEach(() => cluster?.stop());

  const gone = async (propagationPolicy: 'Background' | 'Foreground' | 'Orphan'): Promise<Workloads> => {
    cluster = await workloads([jobs, garbageCollector]);
    await cluster.client.create(JOBS, job('work'));
    await cluster.settle();
    await cluster.client.delete(JOBS, key('work'), { propagationPolicy });
    await cluster.settle();
    return cluster;
  };

  test.each(['Background', 'Foreground'] as const)('does not hold pods whose job is deleted in %s', async (policy) => {
    const left = await gone(policy);
    expect(await left.pods()).toEqual([]);
    expect(await left.client.list(JOBS, 'default')).toEqual([]);
  });

  test('is taken from pods that a deleted job leaves behind', async () => {
    const [pod] = await (await gone('Orphan')).pods();
    expect(pod?.metadata).not.toHaveProperty('ownerReferences');
    expect(pod?.metadata).not.toHaveProperty('finalizers');
  });

  test('is taken from pods that no job has', async () => {
    const held = await jobCluster();
    cluster = held;
    const metadata = { ...key('left'), finalizers: ['batch.kubernetes.io/job-tracking', 'example.com/other'] };
    await held.client.create(PODS, { metadata, spec: podSpec() } as never);
    await held.settle();
    expect((await held.pods())[0]?.metadata.finalizers).toEqual(['example.com/other']);
  });

  test('stays on pods of a job that another controller manages', async () => {
    cluster = await workloads([jobs]);
    await cluster.client.create(JOBS, job('work', { managedBy: 'example.com/other' }));
    await cluster.settle();
    expect(await cluster.pods()).toEqual([]);
    expect((await cluster.get<{ metadata: object; status: object }>(JOBS, 'work')).status).toEqual({});
  });

  test('comes with adoption, and goes when the labels of the pod no longer match', async () => {
    const held = await jobCluster();
    cluster = held;
    await held.create('work');
    const [pod] = await held.running();
    await held.client.patch(PODS, key(pod?.metadata.name ?? ''), 'merge', {
      metadata: { labels: { 'batch.kubernetes.io/controller-uid': 'other' } },
    });
    await held.settle();
    const pods = await held.pods();
    expect(pods).toHaveLength(2);
    const released = pods.find(({ metadata }) => metadata.name === pod?.metadata.name);
    expect(released?.metadata).not.toHaveProperty('finalizers');
    await held.client.patch(PODS, key(pod?.metadata.name ?? ''), 'merge', {
      metadata: { labels: pod?.metadata.labels },
    });
    await held.settle();
    expect(await held.status('work')).toMatchObject({ active: 1 });
  });
});
