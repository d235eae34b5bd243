import { closedLoop } from '../load/closed-loop.ts';
import { open } from '../load/connection.ts';
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
const TURNS = 16;

/** What a turn took: by the clock, and of the processor. */
interface Taken {
  readonly perSecond: number;
  readonly cpuSeconds: number;
}

async function turn(subject: Subject, requests: number): Promise<Taken> {
  const connection = await open(subject.endpoint);
  const cpu = (): number => subject.cost()?.cpuSeconds ?? Number.NaN;
  const before = cpu();
  const perSecond = await closedLoop(IN_FLIGHT, { requests }, () => connection.exchange('GET', `${PODS}/get-00000`));
  const cpuSeconds = cpu() - before;
  connection.close();
  return { perSecond, cpuSeconds };
}

/** One server that notes requests and one that does not take turns, so that what else happens hits both. */
export const journal: Scenario = {
  name: 'journal',
  rows: [GET, CPU],
  async run(bench) {
    const [noting, silent] = [await bench.fauxkube(), await bench.fauxkube({ journal: false })];
    for (const subject of [noting, silent]) {
      const connection = await open(subject.endpoint);
      await connection.exchange('POST', PODS, podBodies('get', 1)[0]);
      connection.close();
      await turn(subject, WARM_UP_REQUESTS);
    }
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${journal.name}: round ${round} of ${bench.rounds}`);
      const speeds: number[] = [];
      const costs: number[] = [];
      for (let i = 0; i < TURNS; i++) {
        const first = i % 2 === 0 ? noting : silent;
        const one = await turn(first, REQUESTS);
        const other = await turn(first === noting ? silent : noting, REQUESTS);
        const [withIt, without] = first === noting ? [one, other] : [other, one];
        speeds.push((1 - withIt.perSecond / without.perSecond) * 100);
        costs.push((withIt.cpuSeconds / without.cpuSeconds - 1) * 100);
      }
      bench.record(GET, 'fauxkube', median(speeds));
      const cpu = median(costs);
      bench.record(CPU, 'fauxkube', Number.isNaN(cpu) ? undefined : cpu);
    }
    await Promise.all([noting.end(), silent.end()]);
  },
};
