import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { conditionsOf, type JobCluster, jobCluster } from '../../support/jobs.ts';

describe('a job whose pods fail', () => {
  let cluster: JobCluster;

  beforeEach(async () => {
    cluster = await jobCluster();
  });
  afterEach(() => cluster.stop());

  const failNext = async (): Promise<void> => cluster.end((await cluster.running())[0], 1);
  const pass = async (ms: number): Promise<void> => {
    await cluster.clock.advance(ms);
    await cluster.settle();
  };

  test('tries again after 10 seconds, and after twice as long each time', async () => {
    await cluster.create('work');
    for (const delayMs of [10_000, 20_000, 40_000]) {
      await failNext();
      await pass(delayMs - 1);
      expect(await cluster.running()).toEqual([]);
      await pass(1);
      expect(await cluster.running()).toHaveLength(1);
    }
    expect(await cluster.status('work')).toMatchObject({ active: 1, failed: 3 });
  });

  test('does not wait after a success', async () => {
    await cluster.create('work', { completions: 3 });
    await failNext();
    await pass(10_000);
    await cluster.end((await cluster.running())[0], 0);
    expect(await cluster.running()).toHaveLength(1);
    await failNext();
    await pass(10_000);
    expect(await cluster.running()).toHaveLength(1);
  });

  test('fails when more of them fail than it allows, and ends those that still run', async () => {
    await cluster.create('work', { backoffLimit: 0, parallelism: 2, completions: 2 });
    await failNext();
    const status = await cluster.status('work');
    expect(conditionsOf(status)).toEqual([
      'FailureTarget=True: BackoffLimitExceeded',
      'Failed=True: BackoffLimitExceeded',
    ]);
    expect(status).toMatchObject({ failed: 2, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    expect(await cluster.running()).toEqual([]);
    expect(await cluster.events('work')).toContain('BackoffLimitExceeded: Job has reached the specified backoff limit');
  });

  test('counts the restarts of containers where pods restart them', async () => {
    const spec = { restartPolicy: 'OnFailure', containers: [{ name: 'c', image: 'busybox' }] };
    await cluster.create('work', { backoffLimit: 2, template: { spec } as never });
    const [pod] = await cluster.running();
    const restart = async (restartCount: number): Promise<void> => {
      const containerStatuses = [{ name: 'c', image: 'busybox', imageID: '', ready: true, restartCount }];
      const metadata = { namespace: 'default', name: pod?.metadata.name ?? '' };
      await cluster.client.patch(
        'v1/pods',
        metadata,
        'merge',
        { status: { phase: 'Running', containerStatuses } },
        'status',
      );
      await cluster.settle();
    };
    await restart(1);
    expect(conditionsOf(await cluster.status('work'))).toEqual([]);
    await restart(2);
    expect(conditionsOf(await cluster.status('work'))).toContain('Failed=True: BackoffLimitExceeded');
  });

  test('counts a pod that somebody deletes as failed', async () => {
    await cluster.create('work');
    const [pod] = await cluster.running();
    await cluster.client.delete('v1/pods', { namespace: 'default', name: pod?.metadata.name ?? '' });
    await cluster.settle();
    expect(await cluster.status('work')).toMatchObject({ failed: 1 });
    expect(await cluster.pods()).toEqual([]);
  });
});
