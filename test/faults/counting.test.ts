import { expect, it } from 'vitest';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { CONFIG_MAPS, type FaultyCluster, faultyCluster } from './support.ts';

const match = { resource: 'configmaps' };

async function statuses(shop: FaultyCluster, count: number): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push((await shop.read(CONFIG_MAPS)).status);
  return found;
}

it('skips the first ones, ends after so many times, and says what has come of it', async () => {
  await using shop = await faultyCluster();
  await shop.fault({ name: 'twice', match, after: 1, times: 2, code: 503 });
  expect(await statuses(shop, 5)).toEqual([200, 503, 503, 200, 200]);
  expect(await shop.reports()).toEqual([
    { id: 'twice', rule: expect.objectContaining({ times: 2 }), matched: 3, fired: 2, state: 'spent' },
  ]);
});

it('draws from the seed, whatever else is drawn', async () => {
  const drawn: number[][] = [];
  for (const others of [0, 3]) {
    await using shop = await faultyCluster({ seed: 7 });
    await shop.fault({ match, probability: 0.5, code: 503 });
    for (let i = 0; i < others; i++) await shop.fault({ match: { path: '/version' }, probability: 0.5, code: 503 });
    for (let i = 0; i < others; i++) await shop.read('/version');
    drawn.push(await statuses(shop, 24));
  }
  expect(drawn[0]).toEqual(drawn[1]);
  expect(new Set(drawn[0])).toEqual(new Set([200, 503]));
});

it("ends when its time by the cluster's clock is over", async () => {
  const clock = new SimulatedClock();
  await using shop = await faultyCluster({ clock, nodes: 0 });
  await shop.fault({ match, code: 503, expires: '30s' });
  expect(await statuses(shop, 1)).toEqual([503]);
  await clock.advance(29_000);
  expect(await statuses(shop, 1)).toEqual([503]);
  await clock.advance(1_000);
  expect(await statuses(shop, 1)).toEqual([200]);
  expect(await shop.reports()).toMatchObject([{ state: 'expired', fired: 2 }]);
});

it('lets the first rule that answers decide, and counts no other', async () => {
  await using shop = await faultyCluster();
  await shop.fault({ match, code: 500, times: 1 });
  await shop.fault({ match, code: 503, times: 1 });
  expect(await statuses(shop, 3)).toEqual([500, 503, 200]);
  expect((await shop.reports()).map(({ matched }) => matched)).toEqual([1, 1]);
});

it('is gone after a reset', async () => {
  await using shop = await faultyCluster();
  await shop.fault({ match, code: 503 });
  expect((await shop.admin('POST', '/-/reset')).status).toBe(200);
  expect([await shop.reports(), await statuses(shop, 1)]).toEqual([[], [200]]);
});
