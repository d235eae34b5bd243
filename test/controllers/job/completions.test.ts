import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { conditionsOf, type JobCluster, jobCluster } from '../../support/jobs.ts';

describe('a job', () => {
  let cluster: JobCluster;

  beforeEach(async () => {
    cluster = await jobCluster();
  });
  afterEach(() => cluster.stop());

  test('runs as many pods at once as its parallelism says, until it has its completions', async () => {
    await cluster.create('work', { completions: 3, parallelism: 2 });
    expect(await cluster.running()).toHaveLength(2);
    const [first, second] = await cluster.running();
    await cluster.end(first, 0);
    expect(await cluster.running()).toHaveLength(2);
    await cluster.end(second, 0);
    const left = await cluster.running();
    expect(left).toHaveLength(1);
    expect(await cluster.status('work')).toMatchObject({ active: 1, succeeded: 2, ready: 0, terminating: 0 });
    await cluster.end(left[0], 0);
    const status = await cluster.status('work');
    expect(conditionsOf(status)).toEqual([
      'SuccessCriteriaMet=True: CompletionsReached',
      'Complete=True: CompletionsReached',
    ]);
    expect(status).toMatchObject({ succeeded: 3, uncountedTerminatedPods: {}, completionTime: '2026-01-01T00:00:00Z' });
    expect(status).not.toHaveProperty('active');
  });

  test('tells of its pods and of its end in Events', async () => {
    await cluster.create('work');
    const [pod] = await cluster.running();
    await cluster.end(pod, 0);
    expect(await cluster.events('work')).toEqual([
      'Completed: Job completed',
      `SuccessfulCreate: Created pod: ${pod?.metadata.name}`,
    ]);
  });

  test('controls its pods, which have a finalizer until they are counted', async () => {
    const { metadata } = await cluster.create('work');
    const [pod] = await cluster.running();
    expect(pod?.metadata).toMatchObject({
      generateName: 'work-',
      finalizers: ['batch.kubernetes.io/job-tracking'],
      ownerReferences: [{ kind: 'Job', name: 'work', uid: metadata.uid, controller: true }],
    });
    await cluster.end(pod, 0);
    const [ended] = await cluster.pods();
    expect(ended?.status.phase).toBe('Succeeded');
    expect(ended?.metadata).not.toHaveProperty('finalizers');
  });

  test('without completions is done when one pod has succeeded and the others have ended', async () => {
    await cluster.create('queue', { parallelism: 2 });
    const [first, second] = await cluster.running();
    await cluster.end(first, 0);
    expect(await cluster.running()).toHaveLength(1);
    expect(conditionsOf(await cluster.status('queue'))).toEqual([]);
    await cluster.end(second, 1);
    const status = await cluster.status('queue');
    expect(status).toMatchObject({ succeeded: 1, failed: 1 });
    expect(conditionsOf(status)).toContain('Complete=True: CompletionsReached');
  });

  test('that wants no completions is complete at once', async () => {
    await cluster.create('nothing', { completions: 0 });
    expect(conditionsOf(await cluster.status('nothing'))).toContain('Complete=True: CompletionsReached');
    expect(await cluster.pods()).toEqual([]);
  });

  test('gives up pods when its parallelism shrinks, and does not count them', async () => {
    await cluster.create('work', { completions: 5, parallelism: 3 });
    await cluster.client.patch('batch/v1/jobs', { namespace: 'default', name: 'work' }, 'merge', {
      spec: { parallelism: 1 },
    });
    await cluster.settle();
    expect(await cluster.running()).toHaveLength(1);
    const status = await cluster.status('work');
    expect(status).toMatchObject({ active: 1 });
    expect(status).not.toHaveProperty('failed');
  });
});
