/** `npm run etcd-servers`: three servers on an etcd of three members, which are ended while others write and watch. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { hasEtcd } from '../support/etcd-server.ts';
import { programOptions } from '../support/program-options.ts';
import { type Act, endServers } from './run.ts';

const ACTS: readonly Act[] = [
  'kill the leader',
  'kill another server',
  'restart all in turn',
  'kill the leader and a member',
  'suspend the leader',
];

async function main(): Promise<void> {
  const values = programOptions('etcd-servers', {
    seed: { is: 'number', text: 'repeats a run' },
    rounds: { is: 'number', text: 'how often each of five things happens', default: 5 },
  });
  if (!hasEtcd) throw new Error('there is no etcd: node scripts/etcd.mjs builds it, where there is Go');
  const seed = values.seed ?? Math.floor(systemRandom().fraction() * 2 ** 31);
  const clock = systemClock();
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`seed ${seed}`);
  const folder = await mkdtemp(join(tmpdir(), 'fauxkube-servers-'));
  try {
    const result = await endServers({
      seed,
      acts: Array.from({ length: values.rounds }, () => ACTS).flat(),
      folder,
      clock,
      after: ({ act, readyMs, wholeMs }) => say(`${act}: ready after ${readyMs} ms, all done after ${wholeMs} ms`),
    });
    const { acknowledged, unanswered, moves, problems } = result;
    for (const problem of problems) say(problem);
    say(
      `${acknowledged} writes acknowledged, ${unanswered} not; watches went on ${moves} times at another server; ` +
        `${problems.length} problems`,
    );
    if (problems.length > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
