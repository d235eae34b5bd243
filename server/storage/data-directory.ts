/** What a data directory holds: the snapshot and everything that the journal says happened since. Only reads. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { deepFreeze } from '../base/freeze.ts';
import { DamagedFile } from './damaged-file.ts';
import { firstRevision, type JournalFile, readJournalFile } from './journal-file.ts';
import { SNAPSHOT_NAME, type SnapshotFile } from './lowdb-snapshot.ts';
import { StoredObject } from './stored-object.ts';

export interface DirectoryState {
  /** The newest revision that may have been in use. */
  readonly revision: number;
  /** Whether the directory held no state at all. */
  readonly isNew: boolean;
  readonly objects: Iterable<StoredObject>;
  /** Lines of the journal. */
  readonly lines: number;
  /** Journal files that were begun and hold nothing. */
  readonly empty: readonly string[];
  /** Those of them that may have held something: a crash can leave such a file, but so can who cuts it. */
  readonly unreadable: readonly { readonly path: string; readonly bytes: number }[];
  /** The newest file, when it ends in the middle of a line. */
  readonly torn?: { readonly path: string; readonly completeBytes: number; readonly tornBytes: number };
}

/** Names of the journal files of a directory, oldest first. */
export async function journalFiles(directory: string): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => firstRevision(name) !== undefined);
  return names.sort().map((name) => join(directory, name));
}

/** @throws DamagedFile */
export async function readDirectory(directory: string, snapshotFile: SnapshotFile): Promise<DirectoryState> {
  const snapshot = await snapshotFile.read();
  const paths = await journalFiles(directory);
  const files: JournalFile[] = [];
  const empty: string[] = [];
  for (const path of paths) {
    const file = await readJournalFile(path, path === paths.at(-1));
    if (file) files.push(file);
    else empty.push(path);
  }
  const objects = new Map((snapshot?.objects ?? []).map((object) => [object.key, object]));
  const revision = replay(snapshot?.revision ?? 0, files, objects);
  const last = files.at(-1);
  const isNew = snapshot === undefined && files.length === 0;
  return {
    revision,
    isNew,
    lines: files.reduce((lines, { records }) => lines + records.length, 0),
    objects: objects.values(),
    empty,
    unreadable: await unreadableOf(empty, last, isNew),
    ...(last && last.tornBytes > 0 && { torn: last }),
  };
}

/**
 * What a file follows is in its header, so that nothing is missing before one that could be read. Behind the last one
 * a crash leaves a file with no bytes at all, and seldom a part of a header; in a new directory it is that of the first
 * write.
 */
async function unreadableOf(
  empty: readonly string[],
  last: JournalFile | undefined,
  isNew: boolean,
): Promise<DirectoryState['unreadable']> {
  const unreadable: { path: string; bytes: number }[] = [];
  for (const path of empty) {
    const first = firstRevision(basename(path)) ?? 0;
    if (last && first <= last.first) continue;
    const { size: bytes } = await stat(path);
    if (bytes > 0 || (isNew && first > 1)) unreadable.push({ path, bytes });
  }
  return unreadable;
}

/** Brings the objects of the snapshot up to date. Returns the revision of the result. */
function replay(snapshotRevision: number, files: readonly JournalFile[], objects: Map<string, StoredObject>): number {
  let revision = snapshotRevision;
  // A file may hold nothing: its process ended before there was a write, and the next one goes on where it began; or a
  // full disk had room for its header only, and what follows it follows what was there before.
  let ends = new Set([revision]);
  for (const file of files) {
    // Left over from a compaction that did not come to its end: the snapshot holds all of it.
    if (file.last <= snapshotRevision) continue;
    if (file.first <= snapshotRevision) {
      const what = `the file goes on after revision ${snapshotRevision}, at which ${SNAPSHOT_NAME} was written`;
      throw new DamagedFile(file.path, 1, what, 'Put the files back that belong together.');
    }
    if (!ends.has(file.after)) {
      const what = `the file follows revision ${file.after}, but what is there ends at revision ${revision}`;
      throw new DamagedFile(file.path, 1, what, `Put the missing ${SNAPSHOT_NAME} or journal file back.`);
    }
    for (const { key, object, revision: written, expiry } of file.records) {
      if (object) objects.set(key, new StoredObject(key, written, deepFreeze(object), expiry));
      else objects.delete(key);
    }
    revision = file.last;
    ends = file.records.length > 0 ? new Set([revision]) : ends.add(revision);
  }
  return revision;
}
