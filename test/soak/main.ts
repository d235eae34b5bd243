/** `npm run soak`: one server under churn, watches and reconnects has to be as small at the end as in the middle. */
import { systemClock } from '../../server/base/clock.ts';
import { seededRandom, systemRandom } from '../../server/base/random.ts';
import { rest } from '../../server/base/turn.ts';
import { Choice } from '../churn/choice.ts';
import { Line } from '../crash/http.ts';
import { startMeasured, TOKEN } from '../memory/server.ts';
import { programOptions } from '../support/program-options.ts';
import { Churn } from './churn.ts';
import { slope } from './slope.ts';

const MINUTE_MS = 60_000;
const ROUND_MS = 15_000;
const REST_MS = 1500;
/** Growth in the second half that is still flat: collections leave pages in different ways. */
const FLAT_SHARE = 0.05;

interface Sample {
  readonly minute: number;
  readonly rssMb: number;
  readonly heapMb: number;
}

/** What history, journal of requests and compiled code take is there by the middle. */
function verdict(all: readonly Sample[]): { text: string; isFlat: boolean } {
  const half = all.slice(Math.floor(all.length / 2));
  const minutes = (half.at(-1)?.minute ?? 0) - (half[0]?.minute ?? 0);
  const grown = (field: 'rssMb' | 'heapMb'): { text: string; isFlat: boolean } => {
    const perMinute = slope(half.map((sample) => [sample.minute, sample[field]]));
    const mean = half.reduce((sum, sample) => sum + sample[field], 0) / half.length;
    const isFlat = perMinute * minutes <= mean * FLAT_SHARE;
    return { text: `${perMinute >= 0 ? '+' : ''}${perMinute.toFixed(2)} MB/min at ${mean.toFixed(0)} MB`, isFlat };
  };
  const [rss, heap] = [grown('rssMb'), grown('heapMb')];
  const isFlat = half.length > 2 && rss.isFlat && heap.isFlat;
  const over = `over the last ${minutes.toFixed(1)} minutes`;
  return { text: `RSS ${rss.text}, reachable ${heap.text}, ${over}: ${isFlat ? 'flat' : 'not flat'}`, isFlat };
}

async function main(): Promise<void> {
  const values = programOptions('soak', {
    minutes: { is: 'number', text: 'how long', default: 10 },
    seed: { is: 'number', text: 'repeats a run' },
  });
  const { minutes } = values;
  const seed = values.seed ?? Math.floor(systemRandom().fraction() * 2 ** 31);
  const clock = systemClock();
  const server = await startMeasured([]);
  const line = new Line(server.url, `Bearer ${TOKEN}`);
  const startedMs = clock.now();
  const minute = (): number => (clock.now() - startedMs) / MINUTE_MS;
  try {
    const churn = new Churn(line, new Choice(seededRandom(seed)), clock);
    await churn.prepare();
    const samples: Sample[] = [];
    while (minute() < minutes) {
      await churn.round(ROUND_MS);
      await churn.clear();
      await rest(REST_MS);
      const sample = { minute: minute(), ...(await server.memory()) };
      samples.push(sample);
      const { rssMb, heapMb } = sample;
      const memory = `RSS ${rssMb.toFixed(0)} MB, reachable ${heapMb.toFixed(1)} MB`;
      process.stderr.write(`${sample.minute.toFixed(1).padStart(5)} min  ${memory}; ${churn.text()}\n`);
    }
    const { text, isFlat } = verdict(samples);
    process.stdout.write(`seed ${seed}, ${churn.text()}; ${text}\n`);
    if (!isFlat) process.exitCode = 1;
  } finally {
    line.close();
    server.stop();
  }
}

await main();
