import { setTimeout as delay } from 'node:timers/promises';
import { interleave, withPair } from '../interleave.ts';
import { type Connection, open } from '../load/connection.ts';
import { openWatchers, type Watchers } from '../load/watchers.ts';
import type { Row, Scenario } from '../scenario.ts';
import type { Subject } from '../subjects/subject.ts';
import { atLeast, atMost } from '../target.ts';

const CPU: Row = { work: 'fan-out to 1,000 watchers: CPU an event', unit: 'µs', target: atMost(20) };
const DELIVERED: Row = { work: 'fan-out at 50 writes/s: delivered', unit: '%', target: atLeast(100) };

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const WATCHERS = 1000;
const WRITES = 250;
const WRITE_EVERY_MS = 20;
const QUIET_MS = 3000;

/** A ConfigMap of 1 KB that is another one each time. */
function configMap(sequence: number): Buffer {
  const data = { sequence: String(sequence), text: 'y'.repeat(900) };
  return Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fan-out' }, data }));
}

/** Writes at a steady rate; a write that is late moves none of the later ones. */
async function writeSteadily(connection: Connection, bodies: readonly Buffer[]): Promise<void> {
  const startedMs = performance.now();
  for (const [i, body] of bodies.entries()) {
    const aheadMs = startedMs + i * WRITE_EVERY_MS - performance.now();
    if (aheadMs > 0) await delay(aheadMs);
    await connection.exchange('PUT', `${CONFIG_MAPS}/fan-out`, body);
  }
}

/** Waits until so many events have come, or no more do. */
async function untilDelivered(watchers: Watchers, expected: number): Promise<void> {
  let seen = -1;
  let changedMs = performance.now();
  while (watchers.events < expected && performance.now() - changedMs < QUIET_MS) {
    if (watchers.events !== seen) {
      seen = watchers.events;
      changedMs = performance.now();
    }
    await delay(10);
  }
}

async function measure({ endpoint, cost }: Subject): Promise<{ delivered: number; cpuMicroseconds?: number }> {
  const connection = await open(endpoint);
  // From now on: what is there already is no event.
  const watchers = await openWatchers(
    endpoint,
    `${CONFIG_MAPS}?watch=true&fieldSelector=metadata.name%3Dfan-out`,
    WATCHERS,
  );
  await connection.exchange('PUT', `${CONFIG_MAPS}/fan-out`, configMap(-1));
  await delay(500); // the opening has been paid then, with what the watches begin with
  const before = watchers.events;
  const costBefore = cost();
  await writeSteadily(
    connection,
    Array.from({ length: WRITES }, (_, i) => configMap(i)),
  );
  await untilDelivered(watchers, before + WRITES * WATCHERS);
  const costAfter = cost();
  const events = watchers.events - before;
  watchers.close();
  connection.close();
  return {
    delivered: (100 * events) / (WRITES * WATCHERS),
    ...(costBefore &&
      costAfter && { cpuMicroseconds: ((costAfter.cpuSeconds - costBefore.cpuSeconds) * 1e6) / events }),
  };
}

/** One writer, many informers. */
export const fanOut: Scenario = {
  name: 'fan-out',
  rows: [CPU, DELIVERED],
  async run(bench) {
    await withPair(bench, async (pair) => {
      await interleave(bench, fanOut.name, async (name, round) => {
        if (round === 1) {
          const connection = await open(pair[name].endpoint);
          await connection.exchange('POST', CONFIG_MAPS, configMap(-2));
          connection.close();
        }
        const { delivered, cpuMicroseconds } = await measure(pair[name]);
        bench.record(CPU, name, cpuMicroseconds);
        bench.record(DELIVERED, name, delivered);
      });
    });
  },
};
