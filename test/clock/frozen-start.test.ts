import { expect, it } from 'vitest';
import { startCluster } from '../../server/index.ts';
import { adminCluster } from '../admin/support.ts';

const START = '2026-01-01T00:00:00Z';

it('a cluster may start with time that stands still, and goes back there with a reset', async () => {
  await using shop = await adminCluster({ freezeClock: START });
  const { cluster } = shop;
  expect(cluster.clock.state()).toMatchObject({ now: Date.parse(START), frozen: true });
  const [node] = await cluster.list('nodes');
  expect(node?.metadata.creationTimestamp).toBe(START);
  await cluster.clock.resume();
  await cluster.clock.advance(3_600_000);
  await cluster.reset();
  expect(cluster.clock.state()).toMatchObject({ now: Date.parse(START), frozen: true });
  for (const from of ['fixtures', 'empty', 'main']) {
    const fork = await cluster.fork({ from });
    expect(fork.clock.state()).toMatchObject({ now: Date.parse(START), frozen: true });
  }
});

it.each(['noon', '2026-01-01', '1969-12-31T00:00:00Z'])('%s is refused', async (freezeClock) => {
  await expect(startCluster({ freezeClock })).rejects.toThrow('freezeClock has to be a time such as 2026-01-01T00:');
});
