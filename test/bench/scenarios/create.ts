import { interleave, withPair } from '../interleave.ts';
import { closedLoop } from '../load/closed-loop.ts';
import { CONFIG_MAPS, configMapBody } from '../load/config-map-bodies.ts';
import { open } from '../load/connection.ts';
import { PODS, podBodies } from '../load/pod-bodies.ts';
import type { Row, Scenario, SubjectName } from '../scenario.ts';
import { atLeastTimesFloor } from '../target.ts';

const POD: Row = { work: 'create of a 3 KB pod, 16 streams', unit: '/s', target: atLeastTimesFloor(0.55) };
const CONFIG_MAP: Row = { work: 'create of a 1 KB ConfigMap, 16 streams', unit: '/s', target: atLeastTimesFloor(0.55) };

const IN_FLIGHT = 16;
const WARM_UP_REQUESTS = 1000;
const TURNS = 5;
const MEASURED_REQUESTS = 2500 / TURNS;

const kinds = [
  { row: POD, path: PODS, bodies: podBodies },
  {
    row: CONFIG_MAP,
    path: CONFIG_MAPS,
    bodies: (prefix: string, count: number) => Array.from({ length: count }, (_, i) => configMapBody(`${prefix}-${i}`)),
  },
] as const;

/** Writes of new objects, each of them kept. */
export const create: Scenario = {
  name: 'create',
  rows: [POD, CONFIG_MAP],
  async run(bench) {
    await withPair(bench, async (pair) => {
      const measure = async (name: SubjectName, round: number, turn: number): Promise<void> => {
        const connection = await open(pair[name].endpoint);
        for (const { row, path, bodies: bodiesOf } of kinds) {
          const post = async (prefix: string, requests: number): Promise<number> => {
            const bodies = bodiesOf(prefix, requests);
            return await closedLoop(IN_FLIGHT, { requests }, (i) => connection.exchange('POST', path, bodies[i]));
          };
          if (round === 1 && turn === 1) await post('warm-up', WARM_UP_REQUESTS);
          bench.record(row, name, await post(`round-${round}-${turn}`, MEASURED_REQUESTS));
        }
        connection.close();
      };
      await interleave(bench, create.name, measure, TURNS);
    });
  },
};
