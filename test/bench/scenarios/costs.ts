import { setTimeout as delay } from 'node:timers/promises';
import { closedLoop } from '../load/closed-loop.ts';
import { CONFIG_MAPS, configMapBody } from '../load/config-map-bodies.ts';
import { open } from '../load/connection.ts';
import { PODS, podBodies } from '../load/pod-bodies.ts';
import { EVENTS, eventBody, LEASES, leaseBody } from '../load/small-bodies.ts';
import { openWatchers, type Watchers } from '../load/watchers.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import type { Subject } from '../subjects/subject.ts';

const row = (work: string): Row => ({ work, unit: 'KB' });
const WATCHER = row('memory of a watcher');
const NODE = row('memory of a node');

const many = (body: (name: string) => Buffer) => (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => body(`${prefix}-${i}`));

/** What is made, and where. */
const KINDS = [
  { row: row('memory of a pod of 3 KB, behind a gate'), path: PODS, bodies: podBodies },
  { row: row('memory of a ConfigMap of 1 KB'), path: CONFIG_MAPS, bodies: many(configMapBody) },
  { row: row('memory of an Event'), path: EVENTS, bodies: many(eventBody) },
  { row: row('memory of a Lease'), path: LEASES, bodies: many(leaseBody) },
] as const;

const IN_FLIGHT = 16;
/** What these make of the heap, its reserves among it, is there before anything is measured. */
const FIRST = 10_000;
const MEASURED = 20_000;
const WATCHERS = 1000;
const NODES = 2000;
const FEW_NODES = 2;
/** The server collects garbage when nobody has asked for anything for a while. */
const SETTLE_MS = 8000;

async function memoryKb(subject: Subject): Promise<number> {
  await delay(SETTLE_MS);
  return (subject.cost()?.rssMb ?? Number.NaN) * 1024;
}

async function measureObjects(bench: Bench): Promise<void> {
  for (const { row, path, bodies: bodiesOf } of KINDS) {
    const subject = await bench.fauxkube();
    const connection = await open(subject.endpoint);
    const post = async (prefix: string, requests: number): Promise<number> => {
      const bodies = bodiesOf(prefix, requests);
      await closedLoop(IN_FLIGHT, { requests }, (i) => connection.exchange('POST', path, bodies[i]));
      return await memoryKb(subject);
    };
    const before = await post('first', FIRST);
    record(bench, row, ((await post('measured', MEASURED)) - before) / MEASURED);
    connection.close();
    await subject.end();
  }
}

function record(bench: Bench, row: Row, kb: number): void {
  bench.record(row, 'fauxkube', Number.isNaN(kb) ? undefined : kb);
}

/** Each has had an event: what it takes to tell one is there. */
async function measureWatchers(bench: Bench): Promise<void> {
  const subject = await bench.fauxkube();
  const connection = await open(subject.endpoint);
  const opened: Watchers[] = [];
  const watched = async (name: string): Promise<number> => {
    opened.push(await openWatchers(subject.endpoint, `${CONFIG_MAPS}?watch=true`, WATCHERS));
    await connection.exchange('POST', CONFIG_MAPS, configMapBody(name));
    return await memoryKb(subject);
  };
  const before = await watched('first');
  record(bench, WATCHER, ((await watched('second')) - before) / WATCHERS);
  for (const watchers of opened) watchers.close();
  connection.close();
  await subject.end();
}

async function measureNodes(bench: Bench): Promise<void> {
  const withNodes = async (nodes: number): Promise<number> => {
    const subject = await bench.fauxkube({ nodes });
    const kb = await memoryKb(subject);
    await subject.end();
    return kb;
  };
  const few = await withNodes(FEW_NODES);
  record(bench, NODE, ((await withNodes(NODES)) - few) / (NODES - FEW_NODES));
}

/** What a cluster that grows takes for each thing in it: docs/scale.md says what follows. */
export const costs: Scenario = {
  name: 'costs',
  rows: [...KINDS.map(({ row }) => row), WATCHER, NODE],
  onlyByName: true,
  async run(bench) {
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${costs.name}: round ${round} of ${bench.rounds}`);
      await measureObjects(bench);
      await measureWatchers(bench);
      await measureNodes(bench);
    }
  },
};
