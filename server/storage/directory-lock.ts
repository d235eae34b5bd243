/** One process for each data directory: a file with the number of the process that writes there. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const LOCK = 'lock';
/** Among the fields of {@link statOf}. */
const START_TIME = 19;

/** What the lock file holds. A number is given again after a restart of the machine; the start time tells. */
interface Owner {
  readonly pid: number;
  /** In the kernel's own units; '' where /proc does not exist. */
  readonly started: string;
}

/** Directories of this process: its own number in a lock file may be left over from another life. */
const held = new Set<string>();

/**
 * Takes a directory for this process. A lock whose process is gone is taken over.
 *
 * @returns gives the directory back
 * @throws Error when another process has it
 */
export function lockDirectory(directory: string): () => void {
  const path = join(resolve(directory), LOCK);
  const mine: Owner = { pid: process.pid, started: statOf(process.pid)[START_TIME] ?? '' };
  for (;;) {
    if (held.has(path)) throw inUse(directory, mine.pid);
    try {
      writeFileSync(path, `${JSON.stringify(mine)}\n`, { flag: 'wx', mode: 0o600 });
      held.add(path);
      return () => {
        if (held.delete(path)) rmSync(path, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const text = read(path);
    const owner = text === undefined ? undefined : ownerOf(text);
    if (owner && isAlive(owner)) throw inUse(directory, owner.pid);
    if (text !== undefined) removeStale(path, text, directory);
  }
}

const inUse = (directory: string, pid: number): Error =>
  new Error(`${directory} is in use by process ${pid}. Stop that process, or choose another data directory.`);

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A lock file that was cut off by a crash names nobody. */
function ownerOf(text: string): Owner | undefined {
  try {
    const { pid, started } = JSON.parse(text) as Partial<Owner>;
    return Number.isSafeInteger(pid) && typeof started === 'string' ? { pid: pid as number, started } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive({ pid, started }: Owner): boolean {
  if (pid === process.pid) return false; // of another life: this one's directories are in `held`
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const stat = statOf(pid);
  const running = stat[START_TIME] ?? '';
  if (stat[0] === 'Z') return false; // ended, and nobody has asked how: the first process of a container often does not
  return running === '' || started === '' || running === started;
}

/** Another process may take the lock over at the same moment: what was moved away has to be what was read. */
function removeStale(path: string, text: string, directory: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readFileSync(aside, 'utf8');
  if (moved === text) {
    rmSync(aside);
    return;
  }
  renameSync(aside, path);
  throw inUse(directory, ownerOf(moved)?.pid ?? 0);
}

/** The fields of /proc/<pid>/stat from the third on, the state: they follow the name, which may hold blanks. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
