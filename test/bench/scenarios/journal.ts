import { closedLoop } from '../load/closed-loop.ts';
import { type Connection, open } from '../load/connection.ts';
import { PODS, podBodies } from '../load/pod-bodies.ts';
import { median } from '../median.ts';
import type { Row, Scenario } from '../scenario.ts';
import type { Subject } from '../subjects/subject.ts';
import { atMost } from '../target.ts';

const GET: Row = { work: 'GETs that the journal of requests costs', unit: '%', target: atMost(3) };
const CPU: Row = { work: '… CPU that it costs', unit: '%' };

const IN_FLIGHT = 16;
const WARM_UP_REQUESTS = 60_000;
const REQUESTS = 12_000;
const TURNS = 24;
const POD = `${PODS}/get-00000`;

/** What a turn took: by the clock, and of the processor. */
interface Taken {
  readonly perSecond: number;
  readonly cpuSeconds: number;
}

async function turn(subject: Subject, connection: Connection, level: string, requests: number): Promise<Taken> {
  await connection.exchange('PUT', '/-/requests/level', Buffer.from(JSON.stringify({ level })));
  const cpu = (): number => subject.cost()?.cpuSeconds ?? Number.NaN;
  const before = cpu();
  const perSecond = await closedLoop(IN_FLIGHT, { requests }, () => connection.exchange('GET', POD));
  return { perSecond, cpuSeconds: cpu() - before };
}

/** One server takes turns at noting requests and at not doing so: two processes differ by more than that costs. */
export const journal: Scenario = {
  name: 'journal',
  rows: [GET, CPU],
  async run(bench) {
    const subject = await bench.fauxkube();
    const connection = await open(subject.endpoint);
    await connection.exchange('POST', PODS, podBodies('get', 1)[0]);
    for (const level of ['metadata', 'none']) await turn(subject, connection, level, WARM_UP_REQUESTS);
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${journal.name}: round ${round} of ${bench.rounds}`);
      const speeds: number[] = [];
      const costs: number[] = [];
      for (let i = 0; i < TURNS; i++) {
        const levels = i % 2 === 0 ? ['metadata', 'none'] : ['none', 'metadata'];
        const taken = new Map<string, Taken>();
        for (const level of levels) taken.set(level, await turn(subject, connection, level, REQUESTS));
        const [noting, silent] = [taken.get('metadata'), taken.get('none')];
        if (!noting || !silent) continue;
        speeds.push((1 - noting.perSecond / silent.perSecond) * 100);
        costs.push((noting.cpuSeconds / silent.cpuSeconds - 1) * 100);
      }
      bench.record(GET, 'fauxkube', median(speeds));
      const cpu = median(costs);
      bench.record(CPU, 'fauxkube', Number.isNaN(cpu) ? undefined : cpu);
    }
    connection.close();
    await subject.end();
  },
};
