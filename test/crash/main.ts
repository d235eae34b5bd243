/** `npm run crash`: a server is killed hundreds of times while others write, and loses nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { programOptions } from '../support/program-options.ts';
import { crash } from './run.ts';
import { smallDisk } from './small-disk.ts';

const PROGRESS_EVERY = 20;

const countsOf = (moments: ReadonlyMap<string, number>): string =>
  [...moments].map(([name, count]) => `${name}: ${count}`).join(', ');

async function main(): Promise<void> {
  const values = programOptions('crash', {
    seed: { is: 'number', text: 'repeats a run' },
    kills: { is: 'number', text: 'how often the server is ended', default: 300 },
    fillings: { is: 'number', text: 'how often a disk is filled', default: 60 },
  });
  const seed = values.seed ?? Math.floor(systemRandom().fraction() * 2 ** 31);
  const clock = systemClock();
  const startedMs = clock.now();
  const say = (text: string): void =>
    void process.stderr.write(`${((clock.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
  say(`seed ${seed}`);
  const folder = await mkdtemp(join(tmpdir(), 'fauxkube-crash-'));
  try {
    const small = await smallDisk({ folder, seed, fillings: values.fillings });
    if (small) {
      say(`a disk was filled ${small.rounds} times: ${small.kept} writes acknowledged, ${small.refused} refused`);
      say(countsOf(small.moments));
    } else say('a real full disk is left out: a tmpfs cannot be mounted here (it takes root)');
    const {
      kills,
      acknowledged,
      moments,
      problems: ofKills,
    } = await crash({
      seed,
      kills: values.kills,
      folder,
      after: (done, how, written) => {
        if (done % PROGRESS_EVERY === 0) say(`${done} kills, the last one at "${how}"; ${written} writes`);
      },
    });
    const problems = [...(small?.problems ?? []), ...ofKills];
    say(countsOf(moments));
    process.stdout.write(problems.map((problem) => `${problem}\n`).join(''));
    process.stdout.write(`${kills} kills, ${acknowledged} writes acknowledged, ${problems.length} lost\n`);
    if (problems.length === 0) {
      await rm(folder, { recursive: true, force: true });
      return;
    }
  } catch (error) {
    process.stdout.write(`${(error as Error).stack}\n`);
  }
  say(`what it left is in ${folder}`);
  process.exitCode = 1;
}

await main();
