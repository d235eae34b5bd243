/**
 * Which Kubernetes the objects of a data directory are of. A newer version reads them, as after an upgrade; an older
 * one would not know all of their kinds and fields. A directory of the newest version says nothing.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseVersion } from '../schema/kubernetes-versions.ts';
import { builtInTypes, type TypeTable } from '../schema/type-table.ts';
import { journalFiles } from '../storage/data-directory.ts';
import { SNAPSHOT_NAME } from '../storage/lowdb-snapshot.ts';

const FILE = 'kubernetes-version';

async function minorOf(directory: string): Promise<number | undefined> {
  const file = join(directory, FILE);
  if (existsSync(file)) {
    const text = readFileSync(file, 'utf8').trim();
    const version = parseVersion(text);
    if (!version) throw new Error(`${file} has to be a version such as 1.31, and is ${JSON.stringify(text)}`);
    return version.minor;
  }
  const holdsObjects =
    existsSync(join(directory, SNAPSHOT_NAME)) || (existsSync(directory) && (await journalFiles(directory)).length > 0);
  return holdsObjects ? builtInTypes().minor : undefined;
}

/** @throws Error when the objects are of a newer version than the table */
export async function checkDataVersion(directory: string, table: TypeTable): Promise<void> {
  const minor = await minorOf(directory);
  if (minor === undefined || minor <= table.minor) return;
  throw new Error(
    `${directory} holds the objects of a Kubernetes 1.${minor}, which 1.${table.minor} cannot read: ` +
      `start with --kubernetes-version 1.${minor}, or with another --data-dir`,
  );
}

/** Writes down which version uses a directory from now on. */
export function keepDataVersion(directory: string, table: TypeTable): void {
  const file = join(directory, FILE);
  if (table.isOlder) writeFileSync(file, `1.${table.minor}\n`, { mode: 0o600 });
  else rmSync(file, { force: true });
}
