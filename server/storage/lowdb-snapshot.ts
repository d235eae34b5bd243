import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Adapter, Low } from 'lowdb';
import type { Disk } from './disk.ts';
import { type Locate, parseSnapshot, type Snapshot, snapshotText } from './snapshot-text.ts';

export const SNAPSHOT_NAME = 'cluster.json';

const NOTHING: Snapshot = { revision: 0, objects: [] };

/**
 * lowdb's database over `cluster.json`. The adapter is our own: lowdb's file adapters make the whole text in one go,
 * which stalls every request meanwhile, and rename before the text is on disk.
 */
export class SnapshotFile {
  readonly #database: Low<Snapshot>;

  constructor(directory: string, disk: Disk, locate: Locate) {
    this.#database = new Low<Snapshot>(new SnapshotAdapter(join(directory, SNAPSHOT_NAME), disk, locate), NOTHING);
  }

  /**
   * @returns undefined when there is no file
   * @throws DamagedFile
   */
  async read(): Promise<Snapshot | undefined> {
    await this.#database.read();
    const { data } = this.#database;
    this.#release();
    return data === NOTHING ? undefined : data;
  }

  /** Replaces the file in one step: a crash leaves the old one or the new one. */
  async write(snapshot: Snapshot): Promise<void> {
    this.#database.data = snapshot;
    try {
      await this.#database.write();
    } finally {
      this.#release();
    }
  }

  /** lowdb would hold on to these versions of all objects, long after the storage has newer ones. */
  #release(): void {
    this.#database.data = NOTHING;
  }
}

class SnapshotAdapter implements Adapter<Snapshot> {
  readonly #path: string;
  readonly #disk: Disk;
  readonly #locate: Locate;

  constructor(path: string, disk: Disk, locate: Locate) {
    this.#path = path;
    this.#disk = disk;
    this.#locate = locate;
  }

  async read(): Promise<Snapshot | null> {
    try {
      return parseSnapshot(await readFile(this.#path), this.#path, this.#locate);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async write(snapshot: Snapshot): Promise<void> {
    const temporary = `${this.#path}.tmp`;
    try {
      const file = await this.#disk.create(temporary, { replace: true });
      try {
        for (const piece of snapshotText(snapshot)) await file.write(piece);
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#disk.rename(temporary, this.#path);
    } catch (error) {
      // On a full disk it would keep the journal from what room there is.
      await this.#disk.remove(temporary).catch(() => undefined);
      throw error;
    }
    await this.#disk.syncDirectory(dirname(this.#path));
  }
}
