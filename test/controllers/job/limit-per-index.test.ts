import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { conditionsOf, type JobCluster, jobCluster } from '../../support/jobs.ts';

const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED = 'batch.kubernetes.io/job-index-ignored-failure-count';

describe('a limit for each index', () => {
  let cluster: JobCluster;

  beforeEach(async () => {
    cluster = await jobCluster();
  });
  afterEach(() => cluster.stop());

  const indexed = { completions: 3, parallelism: 3, completionMode: 'Indexed' };
  const ofIndex = async (index: number) =>
    (await cluster.running()).find(({ spec }) => spec.hostname === `work-${index}`);
  const tenSeconds = async (): Promise<void> => {
    await cluster.clock.advance(10_000);
    await cluster.settle();
  };

  test('lets an index try again on its own, and its pods count the failures of the index', async () => {
    await cluster.create('work', { ...indexed, backoffLimitPerIndex: 2 });
    expect((await ofIndex(1))?.metadata.annotations).toHaveProperty([FAILURES], '0');
    await cluster.end(await ofIndex(1), 1);
    expect(await ofIndex(1)).toBeUndefined();
    await tenSeconds();
    expect((await ofIndex(1))?.metadata.annotations).toHaveProperty([FAILURES], '1');
    expect(await cluster.status('work')).toMatchObject({ active: 3, failed: 1, failedIndexes: '' });
  });

  test('fails the job once every index has ended, if some have failed', async () => {
    await cluster.create('work', { ...indexed, backoffLimitPerIndex: 0 });
    await cluster.end(await ofIndex(1), 1);
    expect(await cluster.status('work')).toMatchObject({ active: 2, failedIndexes: '1' });
    await cluster.end(await ofIndex(0), 0);
    await cluster.end(await ofIndex(2), 0);
    const status = await cluster.status('work');
    expect(conditionsOf(status)).toEqual(['FailureTarget=True: FailedIndexes', 'Failed=True: FailedIndexes']);
    expect(status).toMatchObject({ completedIndexes: '0,2', failedIndexes: '1', succeeded: 2, failed: 1 });
  });

  test('fails the job at once when too many indexes have failed', async () => {
    await cluster.create('work', { ...indexed, backoffLimitPerIndex: 0, maxFailedIndexes: 1 });
    await cluster.end(await ofIndex(0), 1);
    expect(conditionsOf(await cluster.status('work'))).toEqual([]);
    await cluster.end(await ofIndex(2), 1);
    const status = await cluster.status('work');
    expect(conditionsOf(status)).toContain('Failed=True: MaxFailedIndexesExceeded');
    expect(status.failedIndexes).toBe('0,2');
    expect(await cluster.running()).toEqual([]);
  });

  test('is passed at once where the policy gives up the index, not by failures that it ignores', async () => {
    const rule = (action: string, exitCode: number): object => ({
      action,
      onExitCodes: { operator: 'In', values: [exitCode] },
    });
    const podFailurePolicy = { rules: [rule('FailIndex', 7), rule('Ignore', 8)] as never };
    await cluster.create('work', { ...indexed, backoffLimitPerIndex: 3, podFailurePolicy });
    await cluster.end(await ofIndex(0), 7);
    expect(await cluster.status('work')).toMatchObject({ failedIndexes: '0' });
    await cluster.end(await ofIndex(1), 8);
    await tenSeconds();
    expect((await ofIndex(1))?.metadata.annotations).toMatchObject({ [FAILURES]: '0', [IGNORED]: '1' });
  });
});
