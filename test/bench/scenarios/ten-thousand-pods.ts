import { setTimeout as delay } from 'node:timers/promises';
import { closedLoop } from '../load/closed-loop.ts';
import { type Connection, open } from '../load/connection.ts';
import { initialEvents } from '../load/initial-events.ts';
import { listPages } from '../load/pages.ts';
import { PODS, podBodies } from '../load/pod-bodies.ts';
import { median } from '../median.ts';
import type { Bench, Pair, Row, Scenario, SubjectName } from '../scenario.ts';
import { atMost, atMostTimesFloor } from '../target.ts';

const MEMORY: Row = { work: 'memory with 10,000 pods', unit: 'MB', target: atMost(300) };
const LIST: Row = { work: 'list of 10,000 pods', unit: 'ms', target: atMostTimesFloor(1.3) };
const TURN: Row = { work: 'longest turn of the loop in a list', unit: 'ms', target: atMost(50) };
const PAGES: Row = { work: '… in pages of 500', unit: 'ms', target: atMostTimesFloor(1.3) };
const SELECTOR: Row = { work: '… of the 10 that have a label', unit: 'ms', target: atMost(0.5) };
const WATCH: Row = { work: 'watch start, 10,000 pods', unit: 'ms', target: atMostTimesFloor(1.3) };

const PODS_COUNT = 10_000;
const NODES = 50;
const IN_FLIGHT = 16;
/** After the last create, before memory is read. */
const SETTLE_MS = 1500;
const REPEATS = 3;
const SELECTIONS = 200;
/** A label that every thousandth pod has. */
const LABEL = { 'bench.example/picked': 'yes' };
const PICK_EVERY = 1000;
const SELECTED = `${PODS}?labelSelector=${encodeURIComponent('bench.example/picked=yes')}`;
const NAMES: readonly SubjectName[] = ['fauxkube', 'floor'];

const INITIAL_EVENTS = 'allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
const WATCH_PATH = `${PODS}?watch=true&${INITIAL_EVENTS}`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** How long a small list takes, in the middle: it is shorter than what disturbs it. */
async function selectionMs(connection: Connection): Promise<number | undefined> {
  const all: number[] = [];
  for (let i = 0; i < SELECTIONS; i++) all.push(await timed(() => connection.exchange('GET', SELECTED)));
  return median(all);
}

async function round(bench: Bench, pair: Pair, bodies: readonly Buffer[]): Promise<void> {
  const connections = {} as Record<SubjectName, Connection>;
  for (const name of NAMES) {
    const connection = await open(pair[name].endpoint);
    connections[name] = connection;
    await closedLoop(IN_FLIGHT, { requests: PODS_COUNT }, (i) => connection.exchange('POST', PODS, bodies[i]));
    await delay(SETTLE_MS);
    bench.record(MEMORY, name, pair[name].cost()?.rssMb);
  }
  const list = (name: SubjectName): Promise<number> => connections[name].exchange('GET', PODS);
  const watch = (name: SubjectName): Promise<void> => initialEvents(connections[name], WATCH_PATH);
  for (let i = 0; i <= REPEATS; i++) {
    for (const name of NAMES) {
      await pair[name].longestTurnMs();
      const listMs = await timed(() => list(name));
      const turnMs = await pair[name].longestTurnMs();
      const pagesMs = await timed(() => listPages(connections[name], PODS));
      const selectedMs = await selectionMs(connections[name]);
      const watchMs = await timed(() => watch(name));
      if (i === 0) continue; // the first of each warms up
      bench.record(LIST, name, listMs);
      bench.record(TURN, name, turnMs);
      bench.record(PAGES, name, pagesMs);
      bench.record(SELECTOR, name, selectedMs);
      bench.record(WATCH, name, watchMs);
    }
  }
  for (const name of NAMES) connections[name].close();
}

/** What a large collection costs: to keep, to list, and to begin an informer with. */
export const tenThousandPods: Scenario = {
  name: 'ten-thousand-pods',
  rows: [MEMORY, LIST, TURN, PAGES, SELECTOR, WATCH],
  async run(bench) {
    const bodies = podBodies('many', PODS_COUNT, (i) => (i % PICK_EVERY === 0 ? { labels: LABEL } : {}));
    for (let i = 1; i <= bench.rounds; i++) {
      bench.progress(`${tenThousandPods.name}: round ${i} of ${bench.rounds}`);
      const pair: Pair = {
        fauxkube: await bench.fauxkube({ nodes: NODES, watchTurns: true }),
        floor: await bench.floor(),
      };
      await round(bench, pair, bodies);
      await Promise.all([pair.fauxkube.end(), pair.floor.end()]);
    }
  },
};
