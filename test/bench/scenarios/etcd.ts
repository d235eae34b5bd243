import { hasEtcd, startEtcd } from '../../support/etcd-server.ts';
import { closedLoop } from '../load/closed-loop.ts';
import { open } from '../load/connection.ts';
import { PODS, podBodies } from '../load/pod-bodies.ts';
import { median } from '../median.ts';
import type { Row, Scenario } from '../scenario.ts';
import type { Subject } from '../subjects/subject.ts';
import { atLeast } from '../target.ts';

const CREATE: Row = { work: 'creates of a 3 KB pod in etcd', unit: '/s' };
const CREATE_SHARE: Row = { work: '… of those in memory', unit: '%', target: atLeast(40) };
const GET_ANY: Row = { work: 'GETs of any version, of those in memory', unit: '%', target: atLeast(90) };
const GET_NOW: Row = { work: 'GETs of now, of those in memory', unit: '%' };

const CREATES_IN_FLIGHT = 64;
const GETS_IN_FLIGHT = 16;
const WARM_UP_REQUESTS = 2000;
const REQUESTS = 1000;
const TURNS = 6;

type Rates = Readonly<Record<'create' | 'any' | 'now', number>>;

async function turn(subject: Subject, name: string, requests: number): Promise<Rates> {
  const connection = await open(subject.endpoint);
  const bodies = podBodies(name, requests);
  const create = await closedLoop(CREATES_IN_FLIGHT, { requests }, (i) => connection.exchange('POST', PODS, bodies[i]));
  const path = `${PODS}/${name}-00000`;
  const get = (query: string): Promise<number> =>
    closedLoop(GETS_IN_FLIGHT, { requests: requests * 2 }, () => connection.exchange('GET', path + query));
  // In this order: for some time after creates etcd writes what it has taken, on the same cores.
  const now = await get('');
  const rates = { create, now, any: await get('?resourceVersion=0') };
  connection.close();
  return rates;
}

/** A server on etcd and one in memory take turns, so that what else happens hits both. */
export const etcd: Scenario = {
  name: 'etcd',
  rows: [CREATE, CREATE_SHARE, GET_ANY, GET_NOW],
  async run(bench) {
    if (!hasEtcd) {
      bench.progress('etcd: left out, there is none (node scripts/etcd.mjs)');
      return;
    }
    const server = await startEtcd([], { waitsForDisk: true });
    const [kept, memory] = [await bench.fauxkube({ storage: server.storage }), await bench.fauxkube()];
    for (const subject of [kept, memory]) await turn(subject, 'warm-up', WARM_UP_REQUESTS);
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${etcd.name}: round ${round} of ${bench.rounds}`);
      const turns: [Rates, Rates][] = [];
      for (let i = 0; i < TURNS; i++) {
        const name = `round-${round}-${i}`;
        turns.push([await turn(kept, name, REQUESTS), await turn(memory, name, REQUESTS)]);
      }
      const share = (rate: keyof Rates): number | undefined =>
        median(turns.map(([own, other]) => (own[rate] / other[rate]) * 100));
      bench.record(CREATE, 'fauxkube', median(turns.map(([own]) => own.create)));
      bench.record(CREATE_SHARE, 'fauxkube', share('create'));
      bench.record(GET_ANY, 'fauxkube', share('any'));
      bench.record(GET_NOW, 'fauxkube', share('now'));
    }
    await Promise.all([kept.end(), memory.end()]);
    await server.close();
  },
};
