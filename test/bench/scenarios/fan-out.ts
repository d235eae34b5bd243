import { setTimeout as delay } from 'node:timers/promises';
import { interleave, withPair } from '../interleave.ts';
import { CONFIG_MAPS } from '../load/config-map-bodies.ts';
import { type Connection, open } from '../load/connection.ts';
import { openWatchers, type Watchers } from '../load/watchers.ts';
import { median } from '../median.ts';
import type { ProcessCost } from '../process-cost.ts';
import type { Row, Scenario } from '../scenario.ts';
import type { Subject } from '../subjects/subject.ts';
import { atLeast, atMost } from '../target.ts';

const CPU: Row = { work: 'fan-out to 1,000 watchers: CPU an event', unit: 'µs', target: atMost(14) };
const P50: Row = { work: '… from the write to half of the watchers', unit: 'ms', target: atMost(12) };
const DELIVERED: Row = { work: 'fan-out at 50 writes/s: delivered', unit: '%', target: atLeast(100) };

const OBJECT = `${CONFIG_MAPS}/fan-out`;
const WATCHERS = 1000;
const WRITES = 250;
const EVENTS = WATCHERS * WRITES;
const WRITE_EVERY_MS = 20;
const QUIET_MS = 3000;
/** When nothing has come for so long, opening the watches and what they begin with are paid for. */
const SETTLE_MS = 500;

/** A ConfigMap of 1 KB that is another one each time. */
function configMap(sequence: number): Buffer {
  const data = { sequence: String(sequence), text: 'y'.repeat(900) };
  return Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fan-out' }, data }));
}

const bodies = Array.from({ length: WRITES }, (_, i) => configMap(i));

/**
 * Writes at a steady rate; a write that is late moves none of the later ones.
 *
 * @param sentMs is given when each of them was sent
 */
async function writeSteadily(connection: Connection, sentMs: number[]): Promise<void> {
  const startedMs = performance.now();
  for (const [i, body] of bodies.entries()) {
    const aheadMs = startedMs + i * WRITE_EVERY_MS - performance.now();
    if (aheadMs > 0) await delay(aheadMs);
    sentMs.push(performance.now());
    await connection.exchange('PUT', OBJECT, body);
  }
}

/** Waits until so many events have come, or none has for a while. */
async function untilDelivered(watchers: Watchers, expected: number, quietMs: number): Promise<void> {
  let seen = -1;
  let changedMs = performance.now();
  while (watchers.events < expected && performance.now() - changedMs < quietMs) {
    if (watchers.events !== seen) {
      seen = watchers.events;
      changedMs = performance.now();
    }
    await delay(10);
  }
}

/** CPU time of a process for each of so many events; `undefined` where the machine does not tell. */
function cpuMicroseconds(
  before: ProcessCost | undefined,
  after: ProcessCost | undefined,
  events: number,
): number | undefined {
  return before && after && ((after.cpuSeconds - before.cpuSeconds) * 1e6) / events;
}

interface Measured {
  readonly delivered: number;
  readonly cpu: number | undefined;
  /** `undefined` when events are missing: which write the others tell of is not known then. */
  readonly p50Ms: number | undefined;
}

async function measure(subject: Subject): Promise<Measured> {
  const connection = await open(subject.endpoint);
  const watchers = await openWatchers(subject.endpoint, `${CONFIG_MAPS}?watch=true`, WATCHERS);
  await connection.exchange('PUT', OBJECT, configMap(-1));
  await untilDelivered(watchers, Number.POSITIVE_INFINITY, SETTLE_MS);
  const sentMs: number[] = [];
  const latencies: number[] = [];
  watchers.tell((number) => void latencies.push(performance.now() - (sentMs[number] ?? Number.NaN)));
  const before = { events: watchers.events, cost: subject.cost() };
  await writeSteadily(connection, sentMs);
  await untilDelivered(watchers, before.events + EVENTS, QUIET_MS);
  const after = { events: watchers.events, cost: subject.cost() };
  watchers.close();
  connection.close();
  const events = after.events - before.events;
  return {
    delivered: (100 * events) / EVENTS,
    cpu: cpuMicroseconds(before.cost, after.cost, events),
    p50Ms: events === EVENTS ? median(latencies) : undefined,
  };
}

/** One writer, many informers. */
export const fanOut: Scenario = {
  name: 'fan-out',
  rows: [CPU, P50, DELIVERED],
  async run(bench) {
    await withPair(bench, async (pair) => {
      await interleave(bench, fanOut.name, async (name, round) => {
        if (round === 1) {
          const connection = await open(pair[name].endpoint);
          await connection.exchange('POST', CONFIG_MAPS, configMap(-2));
          connection.close();
        }
        const { delivered, cpu, p50Ms } = await measure(pair[name]);
        bench.record(CPU, name, cpu);
        bench.record(P50, name, p50Ms);
        bench.record(DELIVERED, name, delivered);
      });
    });
  },
};
