import type { Disk, DiskFile } from './disk.ts';

/** The same disk, whose errors say which file they are about: the system names none once a file is open. */
export function locatedDisk(disk: Disk): Disk {
  const file = (path: string, inner: DiskFile): DiskFile => ({
    write: (bytes) => at(path, inner.write(bytes)),
    sync: () => at(path, inner.sync()),
    truncate: (length) => at(path, inner.truncate(length)),
    close: () => at(path, inner.close()),
  });
  return {
    create: async (path, options) => file(path, await at(path, disk.create(path, options))),
    rename: (from, to) => at(to, disk.rename(from, to)),
    truncate: (path, length) => at(path, disk.truncate(path, length)),
    remove: (path) => at(path, disk.remove(path)),
    syncDirectory: (path) => at(path, disk.syncDirectory(path)),
  };
}

async function at<T>(path: string, step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw error instanceof Error && !('path' in error) ? Object.assign(error, { path }) : error;
  }
}
