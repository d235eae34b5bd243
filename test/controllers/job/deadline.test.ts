import { expect, test } from 'vitest';
import { conditionsOf, jobCluster } from '../../support/jobs.ts';

test('a job that is active for longer than its deadline fails, and its pods are ended', async () => {
  const cluster = await jobCluster();
  try {
    await cluster.create('work', { activeDeadlineSeconds: 30 });
    const [pod] = await cluster.running();
    await cluster.clock.advance(29_999);
    await cluster.settle();
    expect(conditionsOf(await cluster.status('work'))).toEqual([]);
    await cluster.clock.advance(1);
    await cluster.settle();
    const status = await cluster.status('work');
    expect(conditionsOf(status)).toEqual(['FailureTarget=True: DeadlineExceeded', 'Failed=True: DeadlineExceeded']);
    expect(status).toMatchObject({ failed: 1 });
    expect(await cluster.pods()).toEqual([]);
    expect(await cluster.events('work')).toEqual([
      'DeadlineExceeded: Job was active longer than specified deadline',
      `SuccessfulCreate: Created pod: ${pod?.metadata.name}`,
      `SuccessfulDelete: Deleted pod: ${pod?.metadata.name}`,
    ]);
  } finally {
    await cluster.stop();
  }
});
