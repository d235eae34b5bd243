import { interleave, withPair } from '../interleave.ts';
import { closedLoop } from '../load/closed-loop.ts';
import { open } from '../load/connection.ts';
import { PODS, podBodies } from '../load/pod-bodies.ts';
import type { Row, Scenario, SubjectName } from '../scenario.ts';
import { atLeastTimesFloor } from '../target.ts';

const CREATE: Row = { work: 'create of a 3 KB pod, 16 streams', unit: '/s', target: atLeastTimesFloor(0.4) };

const IN_FLIGHT = 16;
const WARM_UP_REQUESTS = 1000;
const TURNS = 5;
const MEASURED_REQUESTS = 2500 / TURNS;

/** Writes of new objects, each of them kept. */
export const create: Scenario = {
  name: 'create',
  rows: [CREATE],
  async run(bench) {
    await withPair(bench, async (pair) => {
      const measure = async (name: SubjectName, round: number, turn: number): Promise<void> => {
        const connection = await open(pair[name].endpoint);
        const post = async (prefix: string, requests: number): Promise<number> => {
          const bodies = podBodies(prefix, requests);
          return await closedLoop(IN_FLIGHT, { requests }, (i) => connection.exchange('POST', PODS, bodies[i]));
        };
        if (round === 1 && turn === 1) await post('warm-up', WARM_UP_REQUESTS);
        bench.record(CREATE, name, await post(`round-${round}-${turn}`, MEASURED_REQUESTS));
        connection.close();
      };
      await interleave(bench, create.name, measure, TURNS);
    });
  },
};
