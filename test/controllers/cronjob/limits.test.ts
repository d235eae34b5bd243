import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CronCluster, cronCluster } from '../../support/cron-jobs.ts';

const FIRST = Date.UTC(2026, 0, 1, 0, 1) / 60_000;

describe('jobs of a cron job', () => {
  let cluster: CronCluster;

  beforeEach(async () => {
    cluster = await cronCluster();
  });
  afterEach(() => cluster.stop());

  const names = async (): Promise<(string | undefined)[]> =>
    (await cluster.jobs()).map(({ metadata }) => metadata.name);

  test('do not overlap where it forbids that: the next one is left out', async () => {
    await cluster.create('one', { concurrencyPolicy: 'Forbid' });
    await cluster.pass(2);
    expect(await names()).toEqual([`one-${FIRST}`]);
    expect(await cluster.events('one')).toContain(
      'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
    );
    await cluster.end((await cluster.jobs())[0], 'Complete');
    await cluster.pass(1);
    expect(await names()).toHaveLength(2);
  });

  test('replace each other where it wants that', async () => {
    await cluster.create('one', { concurrencyPolicy: 'Replace' });
    await cluster.pass(2);
    expect(await names()).toEqual([`one-${FIRST + 1}`]);
    expect((await cluster.status('one')).active).toMatchObject([{ name: `one-${FIRST + 1}` }]);
    expect(await cluster.events('one')).toContain(`SuccessfulDelete: Deleted job one-${FIRST}`);
  });

  test('stay as history, so many of either kind', async () => {
    await cluster.create('one', { successfulJobsHistoryLimit: 2, failedJobsHistoryLimit: 0 });
    for (const type of ['Complete', 'Failed', 'Complete', 'Complete'] as const) {
      await cluster.pass(1);
      const jobs = await cluster.jobs();
      await cluster.end(jobs.at(-1), type);
    }
    expect(await names()).toEqual([`one-${FIRST + 2}`, `one-${FIRST + 3}`]);
  });

  test('whose times have passed while nothing ran are made up for by one, for the last of them', async () => {
    await cluster.create('one', { schedule: '*/10 * * * *', suspend: true });
    await cluster.pass(35);
    await cluster.change('one', { suspend: false });
    expect(await names()).toEqual([`one-${FIRST + 29}`]);
    expect(await cluster.status('one')).toMatchObject({ lastScheduleTime: '2026-01-01T00:30:00Z' });
  });

  test('are not made up for when the deadline for starting has passed', async () => {
    await cluster.create('one', { schedule: '*/10 * * * *', suspend: true, startingDeadlineSeconds: 120 });
    await cluster.pass(35);
    await cluster.change('one', { suspend: false });
    expect(await cluster.jobs()).toEqual([]);
    await cluster.pass(5);
    expect(await names()).toEqual([`one-${FIRST + 39}`]);
  });

  test('that were missed too often are told of', async () => {
    await cluster.create('one', { suspend: true });
    await cluster.pass(102);
    await cluster.change('one', { suspend: false });
    expect(await names()).toEqual([`one-${FIRST + 101}`]);
    const hint = 'Set or decrease .spec.startingDeadlineSeconds or check clock skew';
    expect(await cluster.events('one')).toContain(`TooManyMissedTimes: too many missed start times. ${hint}`);
  });
});
