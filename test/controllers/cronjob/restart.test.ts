import { expect, test } from 'vitest';
import { ApiError } from '../../../server/kube/api-error.ts';
import { CRON_JOBS, cronCluster } from '../../support/cron-jobs.ts';

test('a controller that stops between making a job and noting it makes no second one', async () => {
  let isDown = false;
  const cluster = await cronCluster({
    request: ({ resource, subresource }) => {
      if (resource === CRON_JOBS && subresource === 'status' && isDown)
        throw new ApiError(503, 'ServiceUnavailable', '');
    },
  });
  try {
    await cluster.create('tick');
    isDown = true;
    await cluster.pass(1);
    expect(await cluster.jobs()).toHaveLength(1);
    expect(await cluster.status('tick')).toEqual({});
    isDown = false;
    await cluster.restart();
    await cluster.settle();
    const jobs = await cluster.jobs();
    expect(jobs).toHaveLength(1);
    expect((await cluster.status('tick')).active).toMatchObject([{ uid: jobs[0]?.metadata.uid }]);
  } finally {
    await cluster.stop();
  }
});

test('a controller that knows nothing finds nothing to write', async () => {
  const cluster = await cronCluster();
  try {
    await cluster.create('tick', { concurrencyPolicy: 'Forbid' });
    await cluster.create('later', { schedule: '0 0 1 6 *' });
    await cluster.pass(1);
    await cluster.end((await cluster.jobs())[0], 'Complete');
    expect(cluster.writes).toContain('create batch/v1/jobs');
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  } finally {
    await cluster.stop();
  }
});
