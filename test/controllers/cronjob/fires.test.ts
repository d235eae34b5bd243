import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CRON_JOBS, type CronCluster, cronCluster } from '../../support/cron-jobs.ts';
import { JOBS } from '../../support/jobs.ts';
import { key } from '../../support/workloads.ts';

/** Minutes since 1970 at the first minute of 2026. */
const FIRST = Date.UTC(2026, 0, 1, 0, 1) / 60_000;

describe('a cron job', () => {
  let cluster: CronCluster;

  beforeEach(async () => {
    cluster = await cronCluster();
  });
  afterEach(() => cluster.stop());

  const names = async (): Promise<(string | undefined)[]> =>
    (await cluster.jobs()).map(({ metadata }) => metadata.name);

  test('makes a job at its time, named after it, which it controls', async () => {
    const { metadata } = await cluster.create('tick');
    expect(await cluster.jobs()).toEqual([]);
    await cluster.pass(1);
    const [job] = await cluster.jobs();
    expect(job?.metadata).toMatchObject({
      name: `tick-${FIRST}`,
      labels: { from: 'tick' },
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T00:01:00Z' },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid: metadata.uid, controller: true }],
    });
    await cluster.pass(2);
    expect(await names()).toEqual([0, 1, 2].map((i) => `tick-${FIRST + i}`));
  });

  test('tells which jobs run, when it last made one, and when one last succeeded', async () => {
    await cluster.create('tick');
    await cluster.pass(2);
    const [first, second] = await cluster.jobs();
    expect(await cluster.status('tick')).toMatchObject({
      active: [
        {
          kind: 'Job',
          apiVersion: 'batch/v1',
          namespace: 'default',
          name: first?.metadata.name,
          uid: first?.metadata.uid,
        },
        { name: second?.metadata.name },
      ],
      lastScheduleTime: '2026-01-01T00:02:00Z',
    });
    await cluster.end(first, 'Complete');
    await cluster.end(second, 'Failed');
    const status = await cluster.status('tick');
    expect(status).toEqual({ lastScheduleTime: '2026-01-01T00:02:00Z', lastSuccessfulTime: '2026-01-01T00:02:30Z' });
    expect(await cluster.events('tick')).toEqual([
      `SawCompletedJob: Saw completed job: tick-${FIRST}, condition: Complete`,
      `SawCompletedJob: Saw completed job: tick-${FIRST + 1}, condition: Failed`,
      `SuccessfulCreate: Created job tick-${FIRST}`,
      `SuccessfulCreate: Created job tick-${FIRST + 1}`,
    ]);
  });

  test('has the time of its zone, in the annotation too', async () => {
    await cluster.create('tokyo', { schedule: '5 9 * * *', timeZone: 'Asia/Tokyo' });
    await cluster.create('utc', { schedule: '5 9 * * *' });
    await cluster.pass(6);
    const jobs = await cluster.jobs();
    expect(jobs).toHaveLength(1);
    expect(jobs[0]?.metadata.annotations).toEqual({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-01T09:05:00+09:00',
    });
  });

  test('makes nothing while it is suspended', async () => {
    await cluster.create('tick', { suspend: true });
    await cluster.pass(3);
    expect(await cluster.jobs()).toEqual([]);
  });

  test('does not make up for what a new schedule would have had', async () => {
    await cluster.create('tick', { schedule: '0 12 * * *' });
    await cluster.pass(30);
    await cluster.change('tick', { schedule: '*/20 * * * *' });
    expect(await cluster.jobs()).toEqual([]);
    await cluster.pass(10);
    expect(await names()).toEqual([`tick-${FIRST + 39}`]);
  });

  test('notes a job that somebody else made in its name as unexpected', async () => {
    const { metadata } = await cluster.create('tick', { schedule: '0 0 1 2 *' });
    const { jobTemplate } = (await cluster.get<{ metadata: object; spec: never }>(CRON_JOBS, 'tick')).spec as {
      jobTemplate: { spec: object };
    };
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid: metadata.uid, controller: true };
    await cluster.client.create(JOBS, {
      metadata: { ...key('byhand'), ownerReferences: [owner] },
      spec: jobTemplate.spec,
    } as never);
    await cluster.settle();
    expect(new Set(await cluster.events('tick'))).toEqual(
      new Set(['UnexpectedJob: Saw a job that the controller did not create or forgot: byhand']),
    );
  });

  test('forgets a job that is gone', async () => {
    await cluster.create('tick');
    await cluster.pass(1);
    await cluster.client.delete(JOBS, key(`tick-${FIRST}`), { propagationPolicy: 'Background' });
    await cluster.settle();
    expect(await cluster.status('tick')).not.toHaveProperty('active');
    expect(await cluster.events('tick')).toContain(`MissingJob: Active job went missing: tick-${FIRST}`);
  });

  test('whose day never comes says so', async () => {
    await cluster.create('never', { schedule: '59 23 31 2 *' });
    expect(await cluster.events('never')).toEqual([
      'InvalidSchedule: invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second',
    ]);
  });
});
