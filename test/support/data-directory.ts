/** Data directories for tests: opened, copied, damaged, and taken away afterwards. */
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Disk, DiskFile } from '../../server/storage/disk.ts';
import { systemDisk } from '../../server/storage/disk.ts';
import { type PersistentOptions, PersistentStorage } from '../../server/storage/persistent.ts';
import type { Storage } from '../../server/storage/storage.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { LogCollector, locate } from './stored.ts';

/** A directory that is removed when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'fauxkube-data-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

export async function openStorage(
  directory: string,
  options: Partial<PersistentOptions> = {},
): Promise<PersistentStorage> {
  return await PersistentStorage.open({
    directory,
    locate,
    clock: new SimulatedClock(),
    log: new LogCollector(),
    ...options,
  });
}

/** What a crash at this moment would leave: the files without the lock, in a directory of their own. */
export async function copyOf(directory: string): Promise<string> {
  const copy = await temporaryDirectory();
  for (const name of await readdir(directory)) {
    if (name !== 'lock') await cp(join(directory, name), join(copy, name));
  }
  return copy;
}

/** Name and content of every file, to see that nothing was changed. */
export async function contentsOf(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).filter((name) => name !== 'lock').sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'latin1')));
  return Object.fromEntries(names.map((name, i) => [name, texts[i] ?? '']));
}

/** Every object by its key, as JSON. */
export function stateOf(
  storage: Storage & { all(): Iterable<{ key: string; value: object }> },
): Record<string, string> {
  const entries = [...storage.all()].map(({ key, value }) => [key, JSON.stringify(value)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Names of the files of a directory, sorted. */
export async function namesIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name !== 'lock').sort();
}

/** A disk that calls `before` with the name of each step first; what that throws is the step's error. */
export function watchedDisk(before: (step: string) => void | Promise<void>, disk: Disk = systemDisk()): Disk {
  let last: Promise<unknown> = Promise.resolve();
  // One step at a time: a copy that is made between two steps shows a moment that existed.
  const step = <T>(name: string, run: () => Promise<T>): Promise<T> => {
    const result = last.then(async () => {
      await before(name);
      return await run();
    });
    last = result.catch(() => undefined);
    return result;
  };
  const file = (inner: DiskFile): DiskFile => ({
    write: (bytes) => step('write', () => inner.write(bytes)),
    sync: () => step('sync', () => inner.sync()),
    truncate: (length) => step('truncate', () => inner.truncate(length)),
    close: () => inner.close(),
  });
  return {
    create: (path, options) => step('create', async () => file(await disk.create(path, options))),
    rename: (from, to) => step('rename', () => disk.rename(from, to)),
    truncate: (path, length) => step('truncate', () => disk.truncate(path, length)),
    remove: (path) => step('remove', () => disk.remove(path)),
    syncDirectory: (path) => step('sync directory', () => disk.syncDirectory(path)),
  };
}
