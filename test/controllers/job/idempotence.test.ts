import { expect, test } from 'vitest';
import { jobCluster } from '../../support/jobs.ts';

test('a controller that knows nothing finds nothing to write in a settled cluster', async () => {
  const cluster = await jobCluster();
  try {
    await cluster.create('runs', { parallelism: 2, completions: 3 });
    await cluster.create('indexed', {
      parallelism: 2,
      completions: 2,
      completionMode: 'Indexed',
      backoffLimitPerIndex: 1,
    });
    await cluster.create('suspended', { suspend: true });
    await cluster.create('done', { completions: 0 });
    const [pod] = await cluster.running();
    await cluster.end(pod, 0);
    expect(cluster.writes.length).toBeGreaterThan(10);
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.settle();
    expect(cluster.writes).toEqual([]);
  } finally {
    await cluster.stop();
  }
});
