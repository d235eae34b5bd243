import { afterEach, describe, expect, test } from 'vitest';
import { controller as garbageCollector } from '../../../controllers/garbage-collector/index.ts';
import { controller as jobs } from '../../../controllers/job/index.ts';
import { ApiError } from '../../../server/kube/api-error.ts';
import { conditionsOf, JOBS, type JobCluster, job, jobCluster } from '../../support/jobs.ts';
import { key, PODS, type Workloads, workloads } from '../../support/workloads.ts';

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
    const { client, pods } = await gone(policy);
    expect(await pods()).toEqual([]);
    expect(await client.list(JOBS, 'default')).toEqual([]);
  });

  test('is taken from pods that a deleted job leaves behind', async () => {
    const [pod] = await (await gone('Orphan')).pods();
    expect(pod?.metadata).not.toHaveProperty('ownerReferences');
    expect(pod?.metadata).not.toHaveProperty('finalizers');
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

describe('a controller that stops while it counts', () => {
  /** Fails the n-th write of a status, and whatever comes until the controller is started anew. */
  async function stoppedAt(nth: number): Promise<JobCluster> {
    let writes = 0;
    let isDown = false;
    const cluster = await jobCluster({
      request: ({ verb, subresource, resource }) => {
        if (verb === 'update' && resource === JOBS && subresource === 'status' && ++writes === nth) isDown = true;
        if (isDown && verb !== 'get') throw new ApiError(503, 'ServiceUnavailable', 'down');
      },
    });
    await cluster.create('work', { completions: 2, parallelism: 2 });
    const [first, second] = await cluster.running();
    await cluster.end(first, 0);
    await cluster.end(second, 0);
    isDown = false;
    writes = Number.NEGATIVE_INFINITY;
    await cluster.restart();
    await cluster.settle();
    return cluster;
  }

  test.each([1, 2, 3, 4, 5])('counts every pod once, whichever write of the status was lost (%i)', async (nth) => {
    const cluster = await stoppedAt(nth);
    try {
      const status = await cluster.status('work');
      expect(status).toMatchObject({ succeeded: 2, uncountedTerminatedPods: {} });
      expect(conditionsOf(status)).toContain('Complete=True: CompletionsReached');
      expect(await cluster.pods()).toHaveLength(2);
    } finally {
      await cluster.stop();
    }
  });
});
