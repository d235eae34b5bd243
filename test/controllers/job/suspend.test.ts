import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { conditionsOf, JOBS, type JobCluster, jobCluster } from '../../support/jobs.ts';
import { key } from '../../support/workloads.ts';

describe('a suspended job', () => {
  let cluster: JobCluster;

  beforeEach(async () => {
    cluster = await jobCluster();
  });
  afterEach(() => cluster.stop());

  const suspend = async (isSuspended: boolean): Promise<void> => {
    await cluster.client.patch(JOBS, key('work'), 'merge', { spec: { suspend: isSuspended } });
    await cluster.settle();
  };

  test('makes no pods and has no start time', async () => {
    await cluster.create('work', { suspend: true });
    expect(await cluster.pods()).toEqual([]);
    const status = await cluster.status('work');
    expect(conditionsOf(status)).toEqual(['Suspended=True: JobSuspended']);
    expect(status).not.toHaveProperty('startTime');
    expect(await cluster.events('work')).toEqual(['Suspended: Job suspended']);
  });

  test('starts when it is resumed, and its time counts from then', async () => {
    await cluster.create('work', { suspend: true });
    await cluster.clock.advance(60_000);
    await suspend(false);
    expect(await cluster.running()).toHaveLength(1);
    const status = await cluster.status('work');
    expect(conditionsOf(status)).toEqual(['Suspended=False: JobResumed']);
    expect(status).toMatchObject({ startTime: '2026-01-01T00:01:00Z', active: 1 });
  });

  test('gives up the pods that it has, and does not count them as failed', async () => {
    await cluster.create('work', { parallelism: 2, completions: 2 });
    await suspend(true);
    expect(await cluster.pods()).toEqual([]);
    const status = await cluster.status('work');
    expect(conditionsOf(status)).toEqual(['Suspended=True: JobSuspended']);
    expect(status).toMatchObject({ ready: 0, terminating: 0 });
    for (const field of ['active', 'failed', 'startTime']) expect(status).not.toHaveProperty(field);
  });

  test('is not ended by its deadline', async () => {
    await cluster.create('work', { suspend: true, activeDeadlineSeconds: 5 });
    await cluster.clock.advance(60_000);
    await cluster.settle();
    expect(conditionsOf(await cluster.status('work'))).toEqual(['Suspended=True: JobSuspended']);
  });
});
