/** `npm run churn`: random operations while controllers restart, and what they leave behind. */
import { parseArgs } from 'node:util';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { churn } from './run.ts';

const PROGRESS_EVERY = 500;

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} takes a whole number: not '${text}'`);
  return value;
}

async function main(): Promise<void> {
  const options = {
    seed: { type: 'string' },
    operations: { type: 'string', default: '10000' },
    trace: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ options });
  const seed = values.seed === undefined ? Math.floor(systemRandom().fraction() * 2 ** 31) : whole('seed', values.seed);
  const operations = whole('operations', values.operations);
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
