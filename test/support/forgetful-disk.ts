import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Disk, type DiskFile, systemDisk } from '../../server/storage/disk.ts';
import { temporaryDirectory } from './data-directory.ts';

/** A file apart from its name: what of it survives a power cut. */
interface Inode {
  kept: Buffer;
}

/**
 * A disk that keeps as little as it may: bytes only when the file was synced, names only when the directory was.
 *
 * @example
 * const { disk, cutPower } = forgetfulDisk();
 * const storage = await openStorage(await cutPower()); // the disk as it is after a power cut
 */
export function forgetfulDisk(inner: Disk = systemDisk()): { disk: Disk; cutPower(): Promise<string> } {
  const names = new Map<string, Inode>();
  let kept = new Map<string, Inode>();
  const file = (path: string, inode: Inode, innerFile: DiskFile): DiskFile => ({
    write: (bytes) => innerFile.write(bytes),
    async sync() {
      await innerFile.sync();
      inode.kept = readFileSync(path);
    },
    async truncate(length) {
      await innerFile.truncate(length);
      inode.kept = readFileSync(path);
    },
    close: () => innerFile.close(),
  });
  const disk: Disk = {
    async create(path, options) {
      const created = await inner.create(path, options);
      const inode: Inode = { kept: Buffer.alloc(0) };
      names.set(path, inode);
      return file(path, inode, created);
    },
    async rename(from, to) {
      await inner.rename(from, to);
      const inode = names.get(from);
      names.delete(from);
      if (inode) names.set(to, inode);
    },
    async truncate(path, length) {
      await inner.truncate(path, length);
      const inode = names.get(path);
      if (inode) inode.kept = readFileSync(path);
    },
    async remove(path) {
      await inner.remove(path);
      names.delete(path);
    },
    async syncDirectory(path) {
      await inner.syncDirectory(path);
      kept = new Map(names);
    },
  };
  const cutPower = async (): Promise<string> => {
    const found = [...kept].map(([path, inode]) => [path, inode.kept] as const);
    const directory = await temporaryDirectory();
    for (const [path, bytes] of found) await writeFile(join(directory, basename(path)), bytes);
    return directory;
  };
  return { disk, cutPower };
}
