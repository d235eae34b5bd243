/** Small programs of other languages for `npm test`; all others run with `npm run test:clients`. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { startCluster } from '../../../server/index.ts';

const run = promisify(execFile);

/** What they build and install stays here: the next run of the tests is quick. */
export const built = (...names: string[]): string => resolve('node_modules/.cache/quick-clients', ...names);

/** Modules have to be fetched and compiled on a new machine, which others may keep busy. */
export const TIMEOUT_MS = 600_000;

/** What each of them says, in this order. */
export const LINES = [
  'ok lists',
  'ok creates once',
  'ok updates and patches, but nothing stale',
  'ok applies by force what another manager owns',
  'ok deletes',
  'ok has seen all of it in its order',
];

/** Whether there is such a command on this machine. */
export const hasCommand = (name: string, version: string): boolean => spawnSync(name, [version]).status === 0;

/** Runs commands one after the other in a folder, and the last one with a server of its own. @returns what that says */
export async function linesOf(folder: string, ...commands: (readonly [string, ...string[]])[]): Promise<string[]> {
  const cluster = await startCluster({ nodes: 1 });
  const own = await mkdtemp(join(tmpdir(), 'fauxkube-quick-'));
  try {
    const kubeconfig = join(own, 'kubeconfig');
    await writeFile(kubeconfig, cluster.kubeconfig(), { mode: 0o600 });
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    let said = '';
    for (const [command, ...args] of commands) ({ stdout: said } = await run(command, args, { cwd: folder, env }));
    return said.trim().split('\n');
  } finally {
    await cluster.stop();
    await rm(own, { recursive: true, force: true });
  }
}
