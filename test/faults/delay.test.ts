import { expect, it } from 'vitest';
import { systemClock } from '../../server/base/clock.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { CONFIG_MAPS, type FaultyCluster, faultyCluster } from './support.ts';

const match = { resource: 'configmaps' };
const clockOfMachine = systemClock();
const now = (): number => clockOfMachine.now();

async function tookMs(shop: FaultyCluster): Promise<number> {
  const begin = now();
  expect((await shop.read(CONFIG_MAPS)).status).toBe(200);
  return now() - begin;
}

it('delays by real time, and other effects come after it', async () => {
  await using shop = await faultyCluster();
  await shop.fault({ match, delay: '60ms', times: 1 });
  await shop.fault({ match, delay: { min: '80ms', max: '90ms' }, times: 1 });
  expect(await tookMs(shop)).toBeGreaterThanOrEqual(139);
  await shop.fault({ match, delay: '60ms', code: 503 });
  const begin = now();
  expect((await shop.read(CONFIG_MAPS)).status).toBe(503);
  expect(now() - begin).toBeGreaterThanOrEqual(59);
});

it("waits for the cluster's clock where it is told to", async () => {
  const clock = new SimulatedClock();
  await using shop = await faultyCluster({ clock, nodes: 0 });
  await shop.fault({ name: 'slow', match, delay: { for: '1h', clock: 'cluster' } });
  const answered = shop.read(CONFIG_MAPS);
  await expect.poll(async () => (await shop.reports())[0]?.fired).toBe(1);
  await clock.advance(3_600_000);
  expect((await answered).status).toBe(200);
});

it('does nothing for a client that does not wait', async () => {
  await using shop = await faultyCluster();
  await shop.fault({ name: 'slow', match: { verbs: ['delete'] }, delay: '1h' });
  await shop.cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'stays' } });
  using client = shop.http2();
  const stream = client.open('DELETE', `${CONFIG_MAPS}/stays`);
  await expect.poll(async () => (await shop.reports())[0]?.fired).toBe(1);
  stream.close();
  await shop.admin('DELETE', '/-/faults');
  expect((await shop.read(`${CONFIG_MAPS}/stays`)).status).toBe(200);
});
