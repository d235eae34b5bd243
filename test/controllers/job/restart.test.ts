import { expect, test } from 'vitest';
import { ApiError } from '../../../server/kube/api-error.ts';
import { conditionsOf, type JobCluster, jobCluster } from '../../support/jobs.ts';

/** Refuses the n-th write of the controller, and whatever it asks for until it is started anew. */
async function stoppedAt(nth: number): Promise<JobCluster> {
  let writes = 0;
  let isDown = false;
  const cluster = await jobCluster({
    request: ({ verb, resource }) => {
      if (verb === 'get' || resource === 'v1/events') return;
      if (++writes === nth) isDown = true;
      if (isDown) throw new ApiError(503, 'ServiceUnavailable', 'down');
    },
  });
  await cluster.create('work', { completions: 2, parallelism: 2 });
  const recover = async (): Promise<void> => {
    isDown = false;
    await cluster.restart();
    await cluster.settle();
  };
  if (isDown) await recover();
  const [first, second] = await cluster.running();
  await cluster.end(first, 0);
  await cluster.end(second, 0);
  await recover();
  return cluster;
}

test.each(Array.from({ length: 12 }, (_, i) => i + 1))(
  'a controller that stops before its write %i makes every pod once and counts it once',
  async (nth) => {
    const cluster = await stoppedAt(nth);
    try {
      const status = await cluster.status('work');
      expect(status).toMatchObject({ succeeded: 2, uncountedTerminatedPods: {} });
      expect(conditionsOf(status)).toContain('Complete=True: CompletionsReached');
      expect(await cluster.pods()).toHaveLength(2);
    } finally {
      await cluster.stop();
    }
  },
);

test('informers that lag lead to no second pod', async () => {
  const late: (() => void)[] = [];
  let isLate = true;
  const cluster = await jobCluster({
    event: (resource, pass) => {
      if (resource === 'v1/pods' && isLate) late.push(pass);
      else pass();
    },
  });
  try {
    await cluster.create('work', { completions: 5, parallelism: 2 });
    expect(await cluster.pods()).toHaveLength(2);
    isLate = false;
    for (const pass of late) pass();
    await cluster.settle();
    expect(await cluster.pods()).toHaveLength(2);
    expect(await cluster.status('work')).toMatchObject({ active: 2 });
  } finally {
    await cluster.stop();
  }
});
