import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';

/** A program of this repository as a command line for `spawn`. */
export function tsProgram(file: string, ...args: string[]): [command: string, args: string[]] {
  return [process.execPath, ['scripts/run-ts.mjs', file, ...args]];
}

/**
 * Runs a program that prints a line for each thing that was acknowledged to it, and kills it with SIGKILL in the
 * middle.
 *
 * @param afterLines when it is killed
 * @returns every complete line, also those that were on their way when the signal came
 */
export async function killAfter([command, args]: [string, string[]], afterLines: number): Promise<string[]> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    lines.push(line);
    if (lines.length === afterLines) child.kill('SIGKILL');
  });
  await Promise.all([once(reader, 'close'), exit(child)]);
  const program = basename(args[1] ?? '', '.ts');
  await rm(`node_modules/.cache/fauxkube-scripts/${program}.${child.pid}.mjs`, { force: true }); // it cannot any more
  if (child.signalCode !== 'SIGKILL')
    throw new Error(`${command} ${args.join(' ')} ended by itself with ${child.exitCode}`);
  return lines;
}

async function exit(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
