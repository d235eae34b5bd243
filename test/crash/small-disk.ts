/** A real disk that can only be read, and then one that is filled while it is written to. */
import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { seededRandom } from '../../server/base/random.ts';
import { Choice } from '../churn/choice.ts';
import { type Filled, FullDisk } from './full-disk.ts';
import { KilledServer } from './server.ts';

const run = promisify(execFile);

/** Room for the cluster, its next snapshot and what a filling writes; and names for its files, and some more. */
const SIZE = 'size=12m,nr_inodes=64';
/** More say nothing new. */
const PROBLEMS_MAX = 20;

export interface SmallDiskOptions {
  readonly folder: string;
  /** Steers what is written and when lives end; not what the server writes by itself. */
  readonly seed: number;
  /** How often the disk is filled. */
  readonly fillings: number;
}

/** @returns undefined when nothing can be mounted here */
export async function smallDisk({ folder, seed, fillings }: SmallDiskOptions): Promise<Filled | undefined> {
  const disk = join(folder, 'small-disk');
  await mkdir(disk);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', SIZE, 'none', disk]);
  } catch {
    return undefined;
  }
  const full = new FullDisk(folder, disk, new Choice(seededRandom(seed).of('full disk')));
  try {
    const ofReadOnly = await readOnly(folder, disk);
    await full.begin();
    for (let i = 0; i < fillings && full.isAlive && full.problems.length < PROBLEMS_MAX; i++) await full.round();
    const { rounds, refused, kept, moments, problems } = full;
    return { rounds, refused, kept, moments, problems: [...ofReadOnly, ...problems] };
  } finally {
    await full.end();
    // What it left is to be looked at, if something went wrong.
    await cp(disk, join(folder, 'small-disk-after'), { recursive: true, filter: (path) => !path.endsWith('ballast') });
    await run('umount', [disk]);
  }
}

async function readOnly(folder: string, disk: string): Promise<string[]> {
  await run('mount', ['-o', 'remount,ro', disk]);
  const server = new KilledServer({ folder, data: disk });
  const told = await server.url().catch((error: Error) => error.message);
  await server.stop();
  await run('mount', ['-o', 'remount,rw', disk]);
  return /its file system is read-only \(EROFS/.test(told) ? [] : [`a disk that can only be read: ${told}`];
}
