import type { Process } from '../../machine/process.ts';
import type { Shell } from '../shell.ts';
import type { Builtin } from './builtin.ts';
import { misuse } from './control.ts';

function jobOf(shell: Shell, word: string): Process | undefined {
  const { jobs } = shell.state;
  if (!word.startsWith('%')) return jobs.get(Number(word));
  const list = [...jobs.values()];
  return /^%[%+]?$/.test(word) ? list.at(-1) : list[Number(word.slice(1)) - 1];
}

async function waitFor(shell: Shell, job: Process): Promise<number> {
  const status = await shell.interruptible(() => shell.waitFor(job, { interruptible: true }));
  if (job.exitCode !== undefined) shell.state.jobs.delete(job.pid);
  return status;
}

async function wait(shell: Shell, args: readonly string[]): Promise<number> {
  const { jobs } = shell.state;
  if (args.length === 0) {
    for (const job of jobs.values()) {
      const status = await waitFor(shell, job);
      if (job.exitCode === undefined) return status;
    }
    return 0;
  }
  let status = 0;
  for (const word of args) {
    if (!/^(\d+|%.*)$/.test(word)) throw misuse(shell, 'wait', `Illegal number: ${word}`);
    const job = jobOf(shell, word);
    status = job ? await waitFor(shell, job) : 127;
  }
  return status;
}

async function jobsBuiltin(shell: Shell, args: readonly string[]): Promise<number> {
  let number = 0;
  for (const job of shell.state.jobs.values()) {
    number++;
    const state = job.exitCode === undefined ? 'Running' : job.exitCode === 0 ? 'Done' : `Done(${job.exitCode})`;
    if (args.includes('-p')) await shell.process.print(`${job.pid}\n`);
    else await shell.process.print(`[${number}]+  ${state.padEnd(23)} ${job.argv.join(' ')}\n`);
    if (job.exitCode !== undefined) shell.state.jobs.delete(job.pid);
  }
  return 0;
}

export const jobBuiltins: Readonly<Record<string, Builtin>> = {
  wait,
  jobs: jobsBuiltin,
  fg: async (shell, [word = '%%']) => {
    const job = jobOf(shell, word);
    if (!job) throw misuse(shell, 'fg', `${word}: no such job`);
    return waitFor(shell, job);
  },
  bg: () => 0,
  times: async (shell) => {
    await shell.process.print('0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n');
    return 0;
  },
};
