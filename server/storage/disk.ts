import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';

/** A file that is being written. */
export interface DiskFile {
  /** Adds bytes at the end; all of them when it resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything written so far survives a power cut. */
  sync(): Promise<void>;
  /** Cuts the file, for good when it resolves; writing goes on at the new end. */
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** Everything that changes a data directory: tests make it fail, or look at the directory between two steps. */
export interface Disk {
  /** A new file that only its owner reads. An old one of that name is an error, unless it is to be replaced. */
  create(path: string, options?: { replace: boolean }): Promise<DiskFile>;
  /** Replaces `to` in one step. */
  rename(from: string, to: string): Promise<void>;
  /** Cuts a file, for good when it resolves. */
  truncate(path: string, length: number): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes names that were created, renamed or removed in a directory survive a power cut. */
  syncDirectory(path: string): Promise<void>;
}

const { O_APPEND, O_CREAT, O_EXCL, O_TRUNC, O_WRONLY } = constants;
const OWNER_ONLY = 0o600;

/** The disk of the machine. */
export function systemDisk(): Disk {
  return {
    async create(path, { replace } = { replace: false }) {
      const flags = O_WRONLY | O_CREAT | O_APPEND | (replace ? O_TRUNC : O_EXCL);
      return systemFile(await open(path, flags, OWNER_ONLY));
    },
    rename,
    async truncate(path, length) {
      const file = systemFile(await open(path, O_WRONLY | O_APPEND));
      try {
        await file.truncate(length);
      } finally {
        await file.close();
      }
    },
    remove: (path) => rm(path, { force: true }),
    syncDirectory,
  };
}

function systemFile(handle: FileHandle): DiskFile {
  return {
    write: (bytes) => handle.appendFile(bytes),
    sync: () => handle.datasync(),
    async truncate(length) {
      await handle.truncate(length);
      await handle.sync();
    },
    close: () => handle.close(),
  };
}

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return; // no such thing there
  const handle = await open(path, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
