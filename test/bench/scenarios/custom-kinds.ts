import { setTimeout as delay } from 'node:timers/promises';
import { closedLoop } from '../load/closed-loop.ts';
import { DEFINITIONS, definitionBody } from '../load/definition-bodies.ts';
import { createSender } from '../load/sender.ts';
import { median } from '../median.ts';
import type { Row, Scenario } from '../scenario.ts';
import { atMost } from '../target.ts';

const LOAD: Row = { work: '500 definitions of 300 fields, created', unit: 's', target: atMost(2) };
const MEMORY: Row = { work: 'memory that 500 definitions add', unit: 'MB', target: atMost(60) };
const SERVED: Row = { work: 'create of a definition, then a list of its kind', unit: 'ms', target: atMost(10) };

const DEFINITIONS_COUNT = 500;
const IN_FLIGHT = 4;
const SINGLE = 20;
const WARM_UP = 20;
/** A server at rest gives back what the burst left behind: within seconds, in two steps. */
const SETTLE_MS = 6000;

/** What an operator hub loads. Definitions of a warm-up come first; no other server knows any. */
export const customKinds: Scenario = {
  name: 'custom-kinds',
  rows: [LOAD, MEMORY, SERVED],
  async run(bench) {
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`custom-kinds, round ${round}`);
      const subject = await bench.fauxkube();
      const { send, close } = createSender(subject.endpoint, IN_FLIGHT);
      const bodies = Array.from({ length: WARM_UP + DEFINITIONS_COUNT + SINGLE }, (_, i) => definitionBody(i));
      const load = (from: number, requests: number): Promise<number> =>
        closedLoop(IN_FLIGHT, { requests }, (i) => send('POST', DEFINITIONS, bodies[from + i]?.body));
      await load(0, WARM_UP);
      await delay(SETTLE_MS);
      const before = subject.cost()?.rssMb;
      const perSecond = await load(WARM_UP, DEFINITIONS_COUNT);
      bench.record(LOAD, 'fauxkube', DEFINITIONS_COUNT / perSecond);
      await delay(SETTLE_MS);
      const after = subject.cost()?.rssMb;
      bench.record(MEMORY, 'fauxkube', before === undefined || after === undefined ? undefined : after - before);
      const takenMs: number[] = [];
      for (const { body, objects } of bodies.slice(-SINGLE)) {
        const startedMs = performance.now();
        await send('POST', DEFINITIONS, body);
        await send('GET', objects);
        takenMs.push(performance.now() - startedMs);
      }
      bench.record(SERVED, 'fauxkube', median(takenMs));
      close();
      await subject.end();
    }
  },
};
