import { setTimeout as delay } from 'node:timers/promises';
import { closedLoop } from '../load/closed-loop.ts';
import { CONFIG_MAPS } from '../load/config-map-bodies.ts';
import { type Connection, open } from '../load/connection.ts';
import { PODS, podBodies } from '../load/pod-bodies.ts';
import { openWatchers } from '../load/watchers.ts';
import type { Row, Scenario, SubjectName } from '../scenario.ts';
import type { Subject } from '../subjects/subject.ts';
import { atMostTimesFloor } from '../target.ts';

// The floor of these lines is the same server without workers.
const GET: Row = { work: "2 workers: owner's CPU a GET", unit: 'µs', target: atMostTimesFloor(0.6) };
const CREATE: Row = { work: '… a created pod', unit: 'µs', target: atMostTimesFloor(0.6) };
const EVENT: Row = { work: '… an event to one of 1,000 watchers', unit: 'µs', target: atMostTimesFloor(0.6) };

const IN_FLIGHT = 8;
const WARM_UP_GETS = 20_000;
const GETS = 40_000;
const CREATES = 4000;
const WARM_UP_CREATES = 1500;
const WATCHERS = 1000;
const WRITES = 100;
const OBJECT = `${CONFIG_MAPS}/workers`;

const configMap = (sequence: number): Buffer => {
  const data = { sequence: String(sequence), text: 'y'.repeat(900) };
  return Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'workers' }, data }));
};

/** What the main thread uses for each of so many. */
async function cpuOf(subject: Subject, count: number, work: () => Promise<unknown>): Promise<number | undefined> {
  const before = subject.cost()?.mainThreadSeconds;
  await work();
  const after = subject.cost()?.mainThreadSeconds;
  return before !== undefined && after !== undefined ? ((after - before) * 1e6) / count : undefined;
}

async function eventCpu(subject: Subject, connection: Connection): Promise<number | undefined> {
  await connection.exchange('POST', CONFIG_MAPS, configMap(0));
  const watchers = await openWatchers(subject.endpoint, `${CONFIG_MAPS}?watch=true`, WATCHERS);
  const untilSeen = async (count: number): Promise<void> => {
    while (watchers.events < count) await delay(5);
  };
  await connection.exchange('PUT', OBJECT, configMap(1));
  await delay(1000);
  const begun = watchers.events;
  const cpu = await cpuOf(subject, WATCHERS * WRITES, async () => {
    for (let i = 1; i <= WRITES; i++) {
      await connection.exchange('PUT', OBJECT, configMap(i + 1));
      await untilSeen(begun + i * WATCHERS);
    }
  });
  watchers.close();
  return cpu;
}

/** What the thread that owns the state is spared when others have the connections. */
export const workers: Scenario = {
  name: 'workers',
  rows: [GET, CREATE, EVENT],
  async run(bench) {
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${workers.name}: round ${round} of ${bench.rounds}`);
      for (const name of ['floor', 'fauxkube'] satisfies SubjectName[]) {
        const subject = await bench.fauxkube({ workers: name === 'floor' ? 0 : 2 });
        const pair = [await open(subject.endpoint), await open(subject.endpoint)] as const;
        const by = (i: number): Connection => pair[i % 2 === 0 ? 0 : 1];
        await pair[0].exchange('POST', PODS, podBodies('get', 1)[0]);
        const gets = (requests: number): Promise<number> =>
          closedLoop(2 * IN_FLIGHT, { requests }, (i) => by(i).exchange('GET', `${PODS}/get-00000`));
        const creates = (prefix: string, requests: number): Promise<number> => {
          const bodies = podBodies(prefix, requests);
          return closedLoop(2 * IN_FLIGHT, { requests }, (i) => by(i).exchange('POST', PODS, bodies[i]));
        };
        await gets(WARM_UP_GETS);
        bench.record(GET, name, await cpuOf(subject, GETS, () => gets(GETS)));
        await creates('warm', WARM_UP_CREATES);
        bench.record(CREATE, name, await cpuOf(subject, CREATES, () => creates('pod', CREATES)));
        bench.record(EVENT, name, await eventCpu(subject, pair[0]));
        for (const connection of pair) connection.close();
        await subject.end();
      }
    }
  },
};
