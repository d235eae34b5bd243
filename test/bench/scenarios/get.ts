import { interleave, withPair } from '../interleave.ts';
import { closedLoop } from '../load/closed-loop.ts';
import { open } from '../load/connection.ts';
import { PODS, podBodies } from '../load/pod-bodies.ts';
import type { Row, Scenario, SubjectName } from '../scenario.ts';
import { atLeastTimesFloor } from '../target.ts';

const GET: Row = { work: 'GET of one pod, 16 streams', unit: '/s', target: atLeastTimesFloor(0.85) };

const IN_FLIGHT = 16;
const WARM_UP_REQUESTS = 4000;
const TURNS = 8;
const MEASURED_MS = 2000 / TURNS;

/** Reads of one object. */
export const get: Scenario = {
  name: 'get',
  rows: [GET],
  async run(bench) {
    await withPair(bench, async (pair) => {
      const [body] = podBodies('get', 1);
      const measure = async (name: SubjectName, round: number, turn: number): Promise<void> => {
        const connection = await open(pair[name].endpoint);
        const isFirst = round === 1 && turn === 1;
        if (isFirst) await connection.exchange('POST', PODS, body);
        const send = (): Promise<number> => connection.exchange('GET', `${PODS}/get-00000`);
        if (isFirst) await closedLoop(IN_FLIGHT, { requests: WARM_UP_REQUESTS }, send);
        bench.record(GET, name, await closedLoop(IN_FLIGHT, { forMs: MEASURED_MS }, send));
        connection.close();
      };
      await interleave(bench, get.name, measure, TURNS);
    });
  },
};
