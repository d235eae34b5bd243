import { mkdtempSync, rmSync } from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closedLoop } from '../load/closed-loop.ts';
import { type Connection, open } from '../load/connection.ts';
import { PODS, podBodies } from '../load/pod-bodies.ts';
import { median } from '../median.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { atLeastTimesFloor, atMost } from '../target.ts';

const CREATE: Row = { work: 'create with --data-dir, next to none', unit: '/s', target: atLeastTimesFloor(0.7) };
const WRITE: Row = { work: 'a single create with --data-dir, next to fdatasync', unit: 'ms', target: atMost(5) };

const IN_FLIGHT = 16;
const WARM_UP_REQUESTS = 1000;
const TURNS = 5;
const MEASURED_REQUESTS = 500;
const SINGLE_WRITES = 100;

async function medianMs(count: number, work: (i: number) => Promise<unknown>): Promise<number | undefined> {
  const all: number[] = [];
  for (let i = 0; i < count; i++) {
    const startedMs = performance.now();
    await work(i);
    all.push(performance.now() - startedMs);
  }
  return median(all);
}

/** What the disk takes for a line of a pod's size: no server that syncs can answer sooner. */
async function syncMs(line: Buffer): Promise<number | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-bench-sync-'));
  const file = await openFile(join(folder, 'journal'), 'a');
  try {
    return await medianMs(SINGLE_WRITES, async () => {
      await file.write(line);
      await file.datasync();
    });
  } finally {
    await file.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function post(connection: Connection, prefix: string, requests: number): Promise<number> {
  const bodies = podBodies(prefix, requests);
  return await closedLoop(IN_FLIGHT, { requests }, (i) => connection.exchange('POST', PODS, bodies[i]));
}

async function turns(bench: Bench, round: number, durable: Connection, volatile: Connection): Promise<void> {
  const sides = [
    { of: 'fauxkube', connection: durable },
    { of: 'floor', connection: volatile },
  ] as const;
  for (let turn = 1; turn <= TURNS; turn++)
    for (const { of, connection } of turn % 2 === 0 ? sides : sides.toReversed())
      bench.record(CREATE, of, await post(connection, `round-${round}-${turn}`, MEASURED_REQUESTS));
}

/** The server beside itself: once it keeps everything on disk, once nothing. */
export const durable: Scenario = {
  name: 'durable',
  rows: [CREATE, WRITE],
  async run(bench) {
    const subjects = [await bench.fauxkube({ durable: true }), await bench.fauxkube()] as const;
    const connections = [await open(subjects[0].endpoint), await open(subjects[1].endpoint)] as const;
    for (const connection of connections) await post(connection, 'warm-up', WARM_UP_REQUESTS);
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${durable.name}: round ${round} of ${bench.rounds}`);
      await turns(bench, round, ...connections);
      const bodies = podBodies(`single-${round}`, SINGLE_WRITES);
      const singleMs = await medianMs(SINGLE_WRITES, (i) => connections[0].exchange('POST', PODS, bodies[i]));
      bench.record(WRITE, 'fauxkube', singleMs);
      const [line] = bodies;
      if (line) bench.record(WRITE, 'floor', await syncMs(line));
    }
    for (const connection of connections) connection.close();
    await Promise.all(subjects.map((subject) => subject.end()));
  },
};
