import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type Cancel, type Clock, steadyMs } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { LIMITS } from '../kube/limits.ts';
import type { KubeObject } from '../kube/object.ts';
import { type DirectoryState, journalFiles, readDirectory } from './data-directory.ts';
import { lockDirectory } from './directory-lock.ts';
import { type Disk, systemDisk } from './disk.ts';
import { DiskLog } from './disk-log.ts';
import type { History } from './history.ts';
import type { IndexDefinitions } from './indexes.ts';
import { Journal } from './journal.ts';
import { firstRevision } from './journal-file.ts';
import { locatedDisk } from './located-disk.ts';
import { SNAPSHOT_NAME, SnapshotFile } from './lowdb-snapshot.ts';
import { MemoryStorage } from './memory.ts';
import type { Locate, Snapshot } from './snapshot-text.ts';
import type {
  Captured,
  Change,
  DatedEvent,
  ListRequest,
  LocalStorage,
  LostWriteError,
  Preconditions,
  StoredEvent,
  StoredPage,
  WatchRequest,
  WatchSink,
} from './storage.ts';
import { StoredObject } from './stored-object.ts';

export interface PersistentOptions {
  /** Made when it does not exist. One process at a time may use it. */
  readonly directory: string;
  /** The key of an object of the snapshot. Called in the order of the file: kinds come before their objects. */
  readonly locate: Locate;
  readonly clock: Clock;
  readonly log: Logger;
  readonly indexes?: IndexDefinitions;
  readonly history?: History | undefined;
  readonly disk?: Disk;
  /** When the journal is folded into the snapshot. */
  readonly compactAfter?: { readonly lines: number; readonly bytes: number };
}

/**
 * Memory that survives the process: a write is acknowledged when its line of the journal is on disk. Readers and
 * watchers see it at once, as they would without a disk. When the disk fails, the writes that did not get there are
 * refused and taken back; whoever saw them is made to read anew.
 *
 * @example
 * const storage = await PersistentStorage.open({ directory, locate, clock, log });
 */
export class PersistentStorage implements LocalStorage {
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #log: DiskLog;
  readonly #memory: MemoryStorage;
  readonly #journal: Journal;
  readonly #snapshot: SnapshotFile;
  readonly #compactAfter: { readonly lines: number; readonly bytes: number };
  readonly #unlock: () => void;
  #compaction: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  /** What was there before the content was replaced, until that is on disk; and the revision of the new content. */
  #replaced: { readonly before: Captured; readonly revision: number } | undefined;
  /** Whether the directory held nothing when it was opened. */
  readonly isNew: boolean;

  private constructor(options: PersistentOptions, parts: Parts) {
    const { directory, clock, log, indexes, history, compactAfter } = options;
    const { disk, snapshot, unlock, state, revision } = parts;
    this.#directory = directory;
    this.#disk = disk;
    this.#log = new DiskLog(log, clock);
    this.#snapshot = snapshot;
    this.#unlock = unlock;
    this.#compactAfter = compactAfter ?? { lines: LIMITS.journalLines, bytes: LIMITS.journalBytes };
    this.isNew = state.isNew;
    this.#journal = new Journal({
      directory,
      disk,
      onDurable: () => this.#compactWhenDue(),
      onLost: (events, error) => this.#takeBack(events, error),
      rebase: async () => {
        const snapshot = this.#state();
        await this.#snapshot.write(snapshot);
        return snapshot.revision;
      },
    });
    const onCommit = (event: StoredEvent): void => this.#journal.append(event);
    const objects = withinTime(state.objects, clock);
    this.#memory = new MemoryStorage({ clock, revision, objects, onCommit, history, ...(indexes && { indexes }) });
  }

  /**
   * @throws DamagedFile when the directory holds something that cannot be trusted; nothing is changed then
   * @throws Error when another process uses the directory
   */
  static async open(options: PersistentOptions): Promise<PersistentStorage> {
    const { directory, locate, log } = options;
    const disk = locatedDisk(options.disk ?? systemDisk());
    await makeDirectory(directory, disk);
    const unlock = lockDirectory(directory);
    try {
      const snapshot = new SnapshotFile(directory, disk, locate);
      const state = await readDirectory(directory, snapshot);
      await tidy(state, directory, disk, log);
      // Writes that were not acknowledged may have been seen: their revisions must not come again.
      const revision = state.isNew ? 0 : state.revision + LIMITS.restartRevisions;
      const storage = new PersistentStorage(options, { disk, snapshot, unlock, state, revision });
      await storage.#journal.begin(state.revision, revision);
      storage.#journal.lines = state.lines; // a server that never ends in peace compacts too
      return storage;
    } catch (error) {
      unlock();
      throw error;
    }
  }

  revision(): number {
    return this.#memory.revision();
  }

  get(key: string): StoredObject | undefined {
    return this.#memory.get(key);
  }

  list(prefix: string, options?: ListRequest): StoredPage {
    return this.#memory.list(prefix, options);
  }

  watch(prefix: string, options: WatchRequest, sink: WatchSink): Cancel {
    return this.#memory.watch(prefix, options, sink);
  }

  async create(key: string, value: KubeObject, options?: { ttlMs?: number }): Promise<StoredObject> {
    return await this.#durable(await this.#memory.create(key, value, options));
  }

  async guaranteedUpdate(key: string, expect: Preconditions, change: Change): Promise<StoredObject> {
    return await this.#durable(await this.#memory.guaranteedUpdate(key, expect, change));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  flush(): void {
    this.#memory.flush();
  }

  get delivered(): boolean {
    return this.#memory.delivered && this.#journal.idle;
  }

  compact(revision: number): void {
    this.#memory.compact(revision);
  }

  history(key: string): readonly DatedEvent[] {
    return this.#memory.history(key);
  }

  all(): Iterable<StoredObject> {
    return this.#memory.all();
  }

  capture(): Captured {
    return this.#memory.capture();
  }

  async restore(state: Captured): Promise<void> {
    await this.#memory.restore(state);
    await this.#journal.durable(this.#memory.revision());
  }

  async replace(state: Captured): Promise<void> {
    // They would write the same files.
    while (this.#compaction) await this.#compaction;
    const replaced = this.#replace(state);
    this.#compaction = replaced
      .catch(() => undefined)
      .finally(() => {
        this.#compaction = undefined;
      });
    await replaced;
  }

  async #replace(state: Captured): Promise<void> {
    const before = this.#memory.capture();
    this.#memory.replaceNow(state);
    const snapshot = this.#state();
    this.#replaced = { before, revision: snapshot.revision };
    await this.#journal.restart(snapshot.revision, async () => {
      await this.#snapshot.write(snapshot);
      this.#replaced = undefined;
    });
    await this.#removeJournal(snapshot.revision).catch((error: unknown) =>
      this.#log.failed('files of the journal that are not needed any more could not be removed', error),
    );
  }

  /** An object that did not change may still be on its way to the disk for somebody else. */
  async #durable(object: StoredObject): Promise<StoredObject> {
    await this.#journal.durable(object.revision);
    return object;
  }

  #takeBack(events: readonly StoredEvent[], error: LostWriteError): void {
    this.#log.refused(events.length, error);
    const replaced = this.#replaced;
    this.#replaced = undefined;
    if (replaced) this.#memory.replaceNow(replaced.before);
    // What was written after a replacement went with it.
    this.#memory.undo(replaced ? events.filter(({ now }) => now.revision < replaced.revision) : events);
  }

  #compactWhenDue(): void {
    const { lines, bytes } = this.#compactAfter;
    if (this.#compaction || this.#closing || (this.#journal.lines < lines && this.#journal.bytes < bytes)) return;
    this.#compaction = this.#compact()
      .catch((error: unknown) => this.#log.failed('the journal could not be folded into the snapshot', error))
      .finally(() => {
        this.#compaction = undefined;
      });
  }

  /** Crashing anywhere in here loses nothing: files of the journal go when the snapshot that holds them is on disk. */
  async #compact(): Promise<void> {
    // One moment: what is in memory now is what the journal holds up to its new file.
    const snapshot = this.#state();
    await this.#journal.rotate();
    await this.#snapshot.write(snapshot);
    await this.#removeJournal(snapshot.revision);
  }

  #state(): Snapshot {
    return { revision: this.#memory.revision(), objects: [...this.#memory.all()] };
  }

  /** Removes files that begin at or before a revision. */
  async #removeJournal(revision: number): Promise<void> {
    for (const path of await journalFiles(this.#directory)) {
      if ((firstRevision(basename(path)) ?? 0) <= revision) await this.#disk.remove(path);
    }
    await this.#disk.syncDirectory(this.#directory);
  }

  async #close(): Promise<void> {
    await this.#memory.close(); // refuses writes from now on
    await this.#compaction;
    try {
      await this.#journal.close();
      const snapshot = this.#state();
      await this.#snapshot.write(snapshot);
      await this.#removeJournal(snapshot.revision + 1);
    } catch (error) {
      this.#log.failed('the snapshot could not be written (the journal holds everything)', error);
    } finally {
      this.#unlock();
    }
  }
}

interface Parts {
  readonly disk: Disk;
  readonly snapshot: SnapshotFile;
  readonly unlock: () => void;
  readonly state: DirectoryState;
  readonly revision: number;
}

/** What was written when the clock was later than now has no more time left than it was given. */
function* withinTime(objects: Iterable<StoredObject>, clock: Clock): Generator<StoredObject> {
  const nowMs = steadyMs(clock);
  for (const object of objects) {
    const { key, revision, value, expiry } = object;
    if (!expiry || expiry.atMs <= nowMs + expiry.ttlMs) yield object;
    else yield new StoredObject(key, revision, value, { ...expiry, atMs: nowMs + expiry.ttlMs });
  }
}

/** A directory that a power cut could take away would take everything in it. */
async function makeDirectory(directory: string, disk: Disk): Promise<void> {
  const path = resolve(directory);
  const topmost = await mkdir(path, { recursive: true, mode: 0o700 }).catch((error: unknown) => reasonWhy(path, error));
  if (topmost === undefined) return;
  for (let made = path; made.length >= topmost.length; made = dirname(made)) await disk.syncDirectory(dirname(made));
}

/**
 * Node says ENOENT of a directory with parents to make whatever the reason is, such as a file system that is read-only:
 * the system tells it of the first one that is not there.
 */
async function reasonWhy(path: string, error: unknown): Promise<never> {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  let missing = path;
  while (!existsSync(dirname(missing))) missing = dirname(missing);
  await mkdir(missing, { mode: 0o700 });
  throw error;
}

/** Removes what a crash left over, now that the rest is known to be sound. */
async function tidy(state: DirectoryState, directory: string, disk: Disk, log: Logger): Promise<void> {
  const { torn, empty, unreadable } = state;
  for (const file of unreadable) log.warn(file, NOTHING_READABLE);
  for (const path of [...empty, join(directory, `${SNAPSHOT_NAME}.tmp`)]) await disk.remove(path);
  if (!torn) return;
  const { path, completeBytes, tornBytes } = torn;
  log.warn({ path, tornBytes }, 'the end of the journal is cut off and was dropped: its writes were not acknowledged');
  await disk.truncate(path, completeBytes);
}

const NOTHING_READABLE =
  'this file of the journal holds nothing that can be read, and was removed: a crash that came while the file was ' +
  'begun leaves one like it, and nothing is missing then; if acknowledged writes are missing, somebody has cut it: ' +
  'stop the server and put the directory back from a copy';
