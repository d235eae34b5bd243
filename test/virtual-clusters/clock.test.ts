import { expect, test } from 'vitest';
import { startCluster } from '../../server/index.ts';

test('each cluster has a time of its own, and a copy begins with that of the original', async () => {
  await using cluster = await startCluster({ logLevel: 'error', nodes: 1 });
  await cluster.clock.freeze();
  const { now } = await cluster.clock.advance(3_600_000);
  await using copy = await cluster.fork();
  await using fresh = await cluster.fork({ from: 'fixtures' });
  expect(copy.clock.state()).toMatchObject({ now, frozen: true });
  expect(fresh.clock.state()).toMatchObject({ offset: 0, frozen: false });
  await copy.clock.advance(60_000);
  expect(copy.clock.state().now).toBe(now + 60_000);
  expect(cluster.clock.state().now).toBe(now);
});
