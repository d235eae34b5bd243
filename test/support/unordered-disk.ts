import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { type Disk, type DiskFile, systemDisk } from '../../server/storage/disk.ts';
import type { Choice } from '../churn/choice.ts';

/** What a disk writes at once, whatever else it loses. */
const SECTOR_BYTES = 512;

/** A file apart from its name. */
interface Inode {
  /** What certainly survives. */
  synced: Buffer;
  /** What was written since. */
  written: Buffer[];
}

type Names = Map<string, Inode>;

/** Something done to a directory that was not synced since. */
type NameChange = (names: Names) => void;

export interface UnorderedDisk {
  readonly disk: Disk;
  /** What a power cut at this moment may leave, as files of a new directory. */
  readonly cutPower: (choice: Choice) => () => Promise<string>;
}

/**
 * A disk without order: of what was written since the last sync a power cut leaves any sectors, in a file of any length
 * up to the whole one, with zeros for those that it has lost; and of what was done to names, any part.
 *
 * @example
 * const { disk, cutPower } = unorderedDisk();
 * const directory = await cutPower(choice)();
 */
export function unorderedDisk(inner: Disk = systemDisk()): UnorderedDisk {
  const names: Names = new Map();
  let synced: Names = new Map();
  let changes: NameChange[] = [];
  const change = (apply: NameChange): void => {
    apply(names);
    changes.push(apply);
  };
  const file = (inode: Inode, innerFile: DiskFile): DiskFile => ({
    async write(bytes) {
      inode.written.push(Buffer.from(bytes)); // a cut may come in the middle of it
      await innerFile.write(bytes);
    },
    async sync() {
      const { length } = inode.written;
      await innerFile.sync();
      inode.synced = Buffer.concat([inode.synced, ...inode.written.splice(0, length)]);
    },
    async truncate(length) {
      await innerFile.truncate(length);
      truncated(inode, length);
    },
    close: () => innerFile.close(),
  });
  const disk: Disk = {
    async create(path, options) {
      const created = await inner.create(path, options);
      const inode: Inode = { synced: Buffer.alloc(0), written: [] };
      change((all) => all.set(path, inode));
      return file(inode, created);
    },
    async rename(from, to) {
      await inner.rename(from, to);
      const inode = names.get(from);
      if (!inode) return;
      change((all) => {
        all.delete(from);
        all.set(to, inode);
      });
    },
    async truncate(path, length) {
      await inner.truncate(path, length);
      const inode = names.get(path);
      if (inode) truncated(inode, length);
    },
    async remove(path) {
      await inner.remove(path);
      change((all) => all.delete(path));
    },
    async syncDirectory(path) {
      await inner.syncDirectory(path);
      synced = new Map(names);
      changes = [];
    },
  };
  const cutPower = (choice: Choice) => {
    const left = new Map(synced);
    for (const apply of changes) if (choice.oneIn(2)) apply(left);
    const files = [...left].map(([path, inode]) => [basename(path), survivors(inode, choice)] as const);
    return async () => {
      const directory = await mkdtemp(join(tmpdir(), 'fauxkube-cut-'));
      for (const [name, bytes] of files) await writeFile(join(directory, name), bytes);
      return directory;
    };
  };
  return { disk, cutPower };
}

function truncated(inode: Inode, length: number): void {
  inode.synced = Buffer.concat([inode.synced, ...inode.written]).subarray(0, length);
  inode.written = [];
}

function survivors({ synced, written }: Inode, choice: Choice): Buffer {
  const all = Buffer.concat([synced, ...written]);
  const bytes = all.subarray(0, choice.oneIn(2) ? all.length : choice.whole(synced.length, all.length));
  for (let at = synced.length; at < bytes.length; ) {
    const end = Math.min(bytes.length, (Math.floor(at / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (choice.oneIn(3)) bytes.fill(0, at, end);
    at = end;
  }
  return bytes;
}
