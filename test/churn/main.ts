/** `npm run churn`: random operations while controllers restart, and what they leave behind. */
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { programOptions } from '../support/program-options.ts';
import { churn } from './run.ts';

const PROGRESS_EVERY = 500;

async function main(): Promise<void> {
  const values = programOptions('churn', {
    seed: { is: 'number', text: 'repeats a run' },
    operations: { is: 'number', text: 'how many', default: 10_000 },
    trace: { is: 'flag', text: 'name each of them' },
  });
  const seed = values.seed ?? Math.floor(systemRandom().fraction() * 2 ** 31);
  const { operations } = values;
  const clock = systemClock();
  const startedMs = clock.now();
  const say = (text: string): void =>
    void process.stderr.write(`${((clock.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
  say(`seed ${seed}`);
  const again = `Again: npm run churn -- --seed ${seed} --operations ${operations}\n`;
  try {
    const { violations, codes, objects, digest } = await churn({
      seed,
      operations,
      before: (name, done) => {
        if (values.trace) say(`${done} ${name}`);
        else if (done % PROGRESS_EVERY === 0) say(`${done} of ${operations}`);
      },
    });
    const answers = [...codes].sort(([a], [b]) => a - b).map(([code, count]) => `${code}: ${count}`);
    process.stdout.write(violations.map((violation) => `${violation}\n`).join(''));
    process.stdout.write(
      `${operations} operations, seed ${seed}, ${objects} objects left (${digest.slice(0, 12)}); ` +
        `${answers.join(', ')}; ${violations.length} violations\n`,
    );
    if (violations.length === 0) return;
  } catch (error) {
    process.stdout.write(`${(error as Error).stack}\n`);
  }
  process.stdout.write(again);
  process.exitCode = 1;
}

await main();
