import { join } from 'node:path';
import { nextTurn, rest } from '../base/turn.ts';
import type { Disk, DiskFile } from './disk.ts';
import { journalName } from './journal-file.ts';
import { encodeHeader, encodeRecord } from './journal-line.ts';
import { LostWriteError, type StoredEvent } from './storage.ts';

export interface JournalOptions {
  readonly directory: string;
  readonly disk: Disk;
  /** Called after each group that is on disk. */
  onDurable(): void;
  /** Called with all writes that are not on disk and will not get there, before those who wait for them learn it. */
  onLost(events: readonly StoredEvent[], error: LostWriteError): void;
  /** Puts the whole state of this moment on disk, in one step. @returns its revision */
  rebase(): Promise<number>;
}

/**
 * Whoever is refused may ask again at once, and controllers do, since they see their writes taken back: a disk that
 * has failed several times in a row is not tried in a loop.
 */
const FAILURES_AT_ONCE = 4;
const PAUSE_MAX_MS = 100;

/** Somebody waits for something; nobody has to be there when it fails. */
class Promised {
  readonly promise: Promise<void>;
  resolve: () => void = () => undefined;
  reject: (error: Error) => void = () => undefined;

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.promise.catch(() => undefined);
  }
}

/** Writes that go to disk together. */
interface Group {
  readonly lines: Buffer[];
  readonly events: StoredEvent[];
  readonly written: Promised;
  /** The file ends after this group, and a new one takes what follows. */
  rotation?: Promised;
  /** What stands for everything before the new file. */
  base?: Base;
}

/** A state of the storage that the journal knows nothing of. */
interface Base {
  readonly revision: number;
  readonly write: () => Promise<void>;
}

interface OpenFile {
  readonly path: string;
  readonly file: DiskFile;
  /** Revision of the first line, which names the file. */
  readonly first: number;
  readonly headerBytes: number;
  /** Bytes that are on disk for certain. */
  bytes: number;
}

/**
 * Appends writes to the newest file of a directory. The lines of one turn of the event loop go to disk together, with
 * one fdatasync (group commit); lines that come while the disk is busy make up the next group.
 *
 * When the disk fails, every write that is not on it is lost and reported. The file is cut back to what is known to be
 * there, and the next write tries again in a new file: a full disk that gets room goes on by itself.
 */
export class Journal {
  readonly #options: JournalOptions;
  #open: OpenFile | undefined;
  /** The newest revision on disk, or the one in use when the file was begun. */
  #end = 0;
  #flying: Group | undefined;
  #queue: Group[] = [];
  #running: Promise<void> | undefined;
  /** What was there before may have to go at once, such as Events whose time is over: such writes wait for the file. */
  readonly #begun = new Promised();
  /** Whether nobody knows what the file holds beyond its certain bytes. */
  #broken = false;
  /** Whether nobody knows which state the files have: before the next write one is put there. */
  #unsure = false;
  /** How often in a row the disk has failed. */
  #failures = 0;
  /** Lines and bytes since the last rotation. */
  lines = 0;
  bytes = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /**
   * Begins the first file.
   *
   * @param after the last revision of what the directory holds
   * @param revision the revision in use; the first line will have the next one
   */
  async begin(after: number, revision: number): Promise<void> {
    this.#open = await beginFile(this.#options, after, revision + 1);
    this.#end = revision;
    this.#begun.resolve();
  }

  append(event: StoredEvent): void {
    const group = this.#newestGroup();
    const line = encodeRecord(event, group.lines.length === 0);
    group.lines.push(line);
    group.events.push(event);
    this.lines++;
    this.bytes += line.length;
  }

  /** Resolves when the write of that revision is on disk. @throws Error when it is lost */
  async durable(revision: number): Promise<void> {
    if (revision <= this.#end) return;
    for (const { events, written } of this.#flying ? [this.#flying, ...this.#queue] : this.#queue) {
      if (revision <= (events.at(-1)?.now.revision ?? 0)) return await written.promise;
    }
  }

  /** Whether everything is on disk. */
  get idle(): boolean {
    return this.#running === undefined;
  }

  /** Ends the file with the last write so far. Resolves when it is complete and a new file takes what follows. */
  async rotate(): Promise<void> {
    const group = this.#newestGroup();
    group.rotation = new Promised();
    this.lines = 0;
    this.bytes = 0;
    await group.rotation.promise;
  }

  /**
   * Lets everything that follows rest on a state of its own.
   *
   * @param revision of that state; the next write has the one after it
   * @param write puts it on disk, in one step. What comes after it waits for it, and is lost when it fails
   */
  async restart(revision: number, write: () => Promise<void>): Promise<void> {
    this.#newestGroup().base = { revision, write };
    await this.rotate();
  }

  /** Resolves when everything so far is on disk or lost, and the file is closed. */
  async close(): Promise<void> {
    while (this.#running) await this.#running;
    await this.#open?.file.close();
    this.#open = undefined;
  }

  /** The group that takes the next line. */
  #newestGroup(): Group {
    const last = this.#queue.at(-1);
    if (last && !last.rotation) return last;
    const group: Group = { lines: [], events: [], written: new Promised() };
    this.#queue.push(group);
    this.#running ??= this.#run();
    return group;
  }

  async #run(): Promise<void> {
    await this.#begun.promise;
    for (;;) {
      await nextTurn();
      const group = this.#queue.shift();
      if (!group) break;
      this.#flying = group;
      try {
        await this.#write(group);
        this.#flying = undefined;
        if (group.events.length > 0) this.#failures = 0;
        group.written.resolve();
      } catch (error) {
        await this.#cutBack();
        this.#lose([group, ...this.#queue.splice(0)], error as Error);
        if (++this.#failures > FAILURES_AT_ONCE) await rest(Math.min(2 ** this.#failures, PAUSE_MAX_MS));
        continue;
      }
      if (group.base) await this.#restartAfter(group, group.base);
      else await this.#rotateAfter(group);
    }
    this.#running = undefined;
  }

  async #write(group: Group): Promise<void> {
    if (this.#unsure && group.events.length > 0) await this.#rebase();
    const { lines, events } = this.#beyondEnd(group);
    const [first, last] = [events[0], events.at(-1)];
    if (!first || !last) return;
    const open = await this.#usableFile(first.now.revision);
    const bytes = lines.length === 1 && lines[0] ? lines[0] : Buffer.concat(lines);
    this.#broken = true;
    await open.file.write(bytes);
    await open.file.sync();
    this.#broken = false;
    open.bytes += bytes.length;
    this.#end = last.now.revision;
    this.#options.onDurable();
  }

  /** What is refused shall not be there after a crash: the disk may take that, even if it is full. */
  async #cutBack(): Promise<void> {
    const open = this.#open;
    if (open && this.#broken) await open.file.truncate(open.bytes).catch(() => undefined);
  }

  /** Puts a state on disk that is known, with everything that was not written yet. */
  async #rebase(): Promise<void> {
    this.#end = await this.#options.rebase();
    this.#unsure = false;
    this.#broken = true; // the open file has ended
  }

  /** What of a group is not on disk. */
  #beyondEnd({ lines, events }: Group): Pick<Group, 'lines' | 'events'> {
    const first = events.findIndex(({ now }) => now.revision > this.#end);
    return first <= 0
      ? { lines, events: first < 0 ? [] : events }
      : { lines: lines.slice(first), events: events.slice(first) };
  }

  /** The open file, or after a failure a new one for the writes from `first` on. */
  async #usableFile(first: number): Promise<OpenFile> {
    const open = this.#open;
    if (!open) throw new Error('the journal is closed');
    if (!this.#broken) return open;
    await open.file.truncate(open.bytes);
    return await this.#begin(first);
  }

  /** A rotation that fails leaves everything as it is. */
  async #rotateAfter({ rotation }: Group): Promise<void> {
    if (!rotation) return;
    const old = this.#open;
    try {
      if (this.#broken || this.#unsure) throw waits();
      if (old?.first === this.#end + 1) {
        rotation.resolve(); // nothing was written to it yet
        return;
      }
      this.#open = await beginFile(this.#options, this.#end, this.#end + 1);
      rotation.resolve();
      await old?.file.close();
    } catch (error) {
      rotation.reject(error as Error);
    }
  }

  /** Crashing anywhere in here leaves the state before or the new one, with all that was acknowledged. */
  async #restartAfter({ rotation }: Group, { revision, write }: Base): Promise<void> {
    try {
      if (this.#broken) throw waits();
      await write();
      this.#end = revision;
      // A file that cannot be begun now is begun by the next write.
      await this.#begin(revision + 1).catch(() => {
        this.#broken = true;
      });
      rotation?.resolve();
    } catch (error) {
      // Nobody knows which of the two a crash would leave, and revisions have gone on.
      this.#unsure = true;
      const failed: Group = { lines: [], events: [], written: new Promised(), ...(rotation && { rotation }) };
      this.#lose([failed, ...this.#queue.splice(0)], error as Error);
    }
  }

  /** Begins a file for the writes from `first` on. */
  async #begin(first: number): Promise<OpenFile> {
    const old = this.#open;
    const next = await beginFile(this.#options, this.#end, first);
    this.#open = next;
    await old?.file.close().catch(() => undefined); // all that counts is on disk
    // A full disk may have room for nothing but such beginnings: one for each write that is tried.
    if (old && old.bytes === old.headerBytes) await this.#options.disk.remove(old.path).catch(() => undefined);
    return next;
  }

  #lose(groups: readonly Group[], error: Error): void {
    this.#flying = undefined;
    // Revisions go on without what is lost: the open file cannot take what follows.
    this.#broken = true;
    const failure = error instanceof LostWriteError ? error : new LostWriteError(error);
    const lost = groups.map((group) => ({ ...group, ...this.#beyondEnd(group) }));
    this.#options.onLost(
      lost.flatMap(({ events }) => events),
      failure,
    );
    for (const [i, { written, rotation }] of groups.entries()) {
      if (lost[i]?.events.length === 0) written.resolve();
      else written.reject(failure);
      rotation?.reject(failure);
    }
  }
}

const waits = (): LostWriteError => new LostWriteError(new Error('the journal waits for a disk that works'));

async function beginFile({ directory, disk }: JournalOptions, after: number, first: number): Promise<OpenFile> {
  const path = join(directory, journalName(first));
  const file = await disk.create(path);
  try {
    const header = encodeHeader(after);
    await file.write(header);
    await file.sync();
    await disk.syncDirectory(directory);
    return { path, file, first, headerBytes: header.length, bytes: header.length };
  } catch (error) {
    // Without a header the file counts as none, so it does not matter whether this works.
    await file.close().catch(() => undefined);
    await disk.remove(path).catch(() => undefined);
    throw error;
  }
}
