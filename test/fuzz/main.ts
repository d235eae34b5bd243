/** `npm run fuzz`: requests made up at random, which no server may take badly; and what a real one says to them. */
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { compare } from './compare.ts';
import { type Flags, parseFlags } from './flags.ts';
import { curlOf, type WireRequest } from './request.ts';
import { fuzz } from './run.ts';
import { startWatchdog } from './watchdog.ts';

const PROGRESS_EVERY = 5000;
const STUCK_MS = 30_000;

const clock = systemClock();
const startedMs = clock.now();
const seconds = (): string => ((clock.now() - startedMs) / 1000).toFixed(0);
const say = (text: string): void => void process.stderr.write(`${seconds().padStart(4)} s  ${text}\n`);

const figures = (counts: ReadonlyMap<number, number>): string =>
  [...counts]
    .sort(([a], [b]) => a - b)
    .map(([code, count]) => `${code}: ${count}`)
    .join(', ');

async function run({ runs }: Flags, seed: number): Promise<boolean> {
  const dog = startWatchdog(STUCK_MS);
  const before = (wire: WireRequest, done: number): void => {
    dog.note(curlOf(wire));
    if (done > 0 && done % PROGRESS_EVERY === 0) say(`${done} of ${runs}`);
  };
  const { codes, counterexample } = await fuzz({ seed, runs, clock, before });
  await dog.stop();
  if (counterexample !== undefined) {
    process.stdout.write(`${counterexample}\n\nAgain: npm run fuzz -- --seed ${seed} --runs ${runs}\n`);
    return false;
  }
  process.stdout.write(`${runs} requests in ${seconds()} s, seed ${seed}, none taken badly; ${figures(codes)}\n`);
  return true;
}

async function main(): Promise<void> {
  const flags = parseFlags(process.argv.slice(2));
  const seed = flags.seed ?? Math.floor(systemRandom().fraction() * 2 ** 31);
  say(`seed ${seed}`);
  if (flags.runs > 0 && !(await run(flags, seed))) process.exitCode = 1;
  if (flags.oracle && !(await compare({ ...flags.oracle, seed, say }))) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  process.stderr.write(`fuzz: ${(error as Error).stack}\n`);
  process.exitCode = 2;
}
