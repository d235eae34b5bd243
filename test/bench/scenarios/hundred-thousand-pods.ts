import { setTimeout as delay } from 'node:timers/promises';
import { closedLoop } from '../load/closed-loop.ts';
import { type Connection, open } from '../load/connection.ts';
import { initialEvents } from '../load/initial-events.ts';
import { listPages } from '../load/pages.ts';
import { PODS, type PodTraits, podBodies, podName, SEQUENCE } from '../load/pod-bodies.ts';
import { openWatchers } from '../load/watchers.ts';
import { median } from '../median.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { restingPercent } from '../subjects/resting.ts';
import type { Subject } from '../subjects/subject.ts';
import { atMost } from '../target.ts';

/** What is measured of one kind of pods. */
type Rows = Readonly<
  Record<'made' | 'cpu' | 'memory' | 'rest' | 'list' | 'again' | 'turn' | 'pages' | 'watch' | 'update' | 'after', Row>
>;

const MEMORY = atMost(2400);
const REST = atMost(10);

function rowsOf(what: string, made: string): Rows {
  return {
    made: { work: `${what} on 5,000 nodes ${made}`, unit: 's' },
    cpu: { work: '… CPU of a pod', unit: 'ms' },
    memory: { work: '… memory', unit: 'MB', target: MEMORY },
    rest: { work: '… CPU at rest', unit: '%', target: REST },
    list: { work: '… list', unit: 's' },
    again: { work: '… the same again', unit: 's' },
    turn: { work: '… longest turn of the loop in both', unit: 'ms', target: atMost(50) },
    pages: { work: '… list in pages of 500', unit: 's' },
    watch: { work: '… watch start', unit: 's' },
    update: { work: '… an update until 100 watchers of all have it', unit: 'ms' },
    after: { work: '… memory after these', unit: 'MB', target: MEMORY },
  };
}

/** Pods that wait behind a gate cost the API alone; those that run are the nodes' too. */
const HELD = rowsOf('100,000 pods behind a gate', 'created');
const RUNNING = rowsOf('100,000 pods', 'until they run');

const NODES = 5000;
const COUNT = 100_000;
/** Bodies are made for so many at a time. */
const PART = 10_000;
const IN_FLIGHT = 16;
const WATCHERS = 100;
const UPDATES = 50;
const POLL_MS = 200;
const LIMIT_MS = 600_000;
const SETTLE_MS = 5000;
const UPDATE_LIMIT_MS = 30_000;

const INITIAL_EVENTS = 'allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
const MERGE_PATCH = 'application/merge-patch+json';

const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const startedMs = performance.now();
  await work();
  return (performance.now() - startedMs) / 1000;
};

interface PodStatus {
  readonly status: { readonly phase?: string };
}

/** @param run whether they are bound to a node, twenty to each, which runs them: nobody has to look for one */
async function createPods(connection: Connection, run: boolean): Promise<void> {
  for (let first = 0; first < COUNT; first += PART) {
    const traitsOf = (i: number): PodTraits => (run ? { nodeName: nodeName((first + i) % NODES) } : {});
    const bodies = podBodies(`part-${first / PART}`, PART, traitsOf);
    await closedLoop(IN_FLIGHT, { requests: PART }, (i) => connection.exchange('POST', PODS, bodies[i]));
  }
}

/** As `--nodes` names them. */
const nodeName = (i: number): string => `node${String(i + 1).padStart(2, '0')}`;

const podPath = (i: number): string => `${PODS}/${podName(`part-${Math.floor(i / PART)}`, i % PART)}`;

/** Asks for the last pods of each node: what came first runs first. */
async function untilRunning(connection: Connection): Promise<void> {
  const limitMs = performance.now() + LIMIT_MS;
  for (let i = COUNT - NODES; i < COUNT; ) {
    const { status } = await connection.getJson<PodStatus>(podPath(i));
    if (status.phase === 'Running') i++;
    else await delay(POLL_MS);
    if (performance.now() > limitMs) throw new Error(`pods were not running after ${LIMIT_MS / 1000} s`);
  }
}

/** From before the request until the last watcher has the event, in the middle of many updates. */
async function updateMs(subject: Subject, connection: Connection): Promise<number | undefined> {
  const { metadata } = await connection.getJson<{ metadata: { resourceVersion: string } }>(`${PODS}?limit=1`);
  const path = `${PODS}?watch=true&resourceVersion=${metadata.resourceVersion}`;
  const watchers = await openWatchers(subject.endpoint, path, WATCHERS);
  const all: number[] = [];
  for (let i = 0; i < UPDATES; i++) {
    const expected = watchers.events + WATCHERS;
    const complete = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('an update did not come to all watchers')), UPDATE_LIMIT_MS);
      watchers.tell(() => {
        if (watchers.events < expected) return;
        clearTimeout(late);
        resolve();
      });
    });
    const startedMs = performance.now();
    const patch = { metadata: { annotations: { [SEQUENCE]: String(i + 1) } } };
    await connection.exchange('PATCH', podPath(i), Buffer.from(JSON.stringify(patch)), MERGE_PATCH);
    await complete;
    all.push(performance.now() - startedMs);
  }
  watchers.close();
  return median(all);
}

async function measure(bench: Bench, rows: Rows): Promise<void> {
  const subject = await bench.fauxkube({ nodes: NODES, watchTurns: true });
  const connection = await open(subject.endpoint);
  const record = (row: Row, value: number | undefined): void => bench.record(row, 'fauxkube', value);
  const before = subject.cost();
  const createAll = async (): Promise<void> => {
    await createPods(connection, rows === RUNNING);
    if (rows === RUNNING) await untilRunning(connection);
  };
  record(rows.made, await seconds(createAll));
  const after = subject.cost();
  record(rows.cpu, before && after && ((after.cpuSeconds - before.cpuSeconds) * 1000) / COUNT);
  bench.progress(`${rows.made.work}: done`);
  record(rows.rest, await restingPercent(subject));
  record(rows.memory, subject.cost()?.rssMb);
  await subject.longestTurnMs();
  record(rows.list, await seconds(() => connection.exchange('GET', PODS)));
  record(rows.again, await seconds(() => connection.exchange('GET', PODS)));
  record(rows.turn, await subject.longestTurnMs());
  record(rows.pages, await seconds(() => listPages(connection, PODS)));
  record(rows.watch, await seconds(() => initialEvents(connection, `${PODS}?watch=true&${INITIAL_EVENTS}`)));
  connection.close();
  const another = await open(subject.endpoint);
  record(rows.update, await updateMs(subject, another));
  await delay(SETTLE_MS);
  record(rows.after, subject.cost()?.rssMb);
  another.close();
  await subject.end();
}

/** A cluster of two thirds of the pods that upstream supports, and of all of its nodes, in one process. */
export const hundredThousandPods: Scenario = {
  name: 'hundred-thousand-pods',
  rows: [...Object.values(HELD), ...Object.values(RUNNING)],
  onlyByName: true,
  async run(bench) {
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${hundredThousandPods.name}: round ${round} of ${bench.rounds}`);
      await measure(bench, HELD);
      await measure(bench, RUNNING);
    }
  },
};
