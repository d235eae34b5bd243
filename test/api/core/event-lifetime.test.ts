import { expect, test } from 'vitest';
import { create, securedCluster } from '../../support/secured-cluster.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const EVENTS = '/api/v1/namespaces/default/events';
const HOUR_MS = 3_600_000;

test('an event is gone after an hour', async () => {
  const clock = new SimulatedClock();
  await using cluster = await securedCluster(clock);
  await create(cluster, EVENTS, { metadata: { name: 'e' }, involvedObject: { namespace: 'default' } });
  const status = async (): Promise<number> => (await cluster.ask('GET', `${EVENTS}/e`)).status;
  await clock.advance(HOUR_MS - 1000);
  expect(await status()).toBe(200);
  await clock.advance(2000);
  expect(await status()).toBe(404);
});
