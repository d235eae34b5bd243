/**
 * Which Kubernetes the objects of a data directory are of. A newer version reads them, as after an upgrade; an older
 * one would not know all of their kinds and fields. A directory of the newest version says nothing.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { deepEqual } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Catalog } from '../registry/catalog.ts';
import { decodeStruct } from '../schema/decode.ts';
import { parseVersion } from '../schema/kubernetes-versions.ts';
import { builtInTypes, type ResourceInfo, type TypeTable } from '../schema/type-table.ts';
import { journalFiles } from '../storage/data-directory.ts';
import { SNAPSHOT_NAME } from '../storage/lowdb-snapshot.ts';
import type { Storage } from '../storage/storage.ts';
import { writeWhole } from '../storage/whole-file.ts';

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

/**
 * @returns whether the objects are of an older version than the table
 * @throws Error when they are of a newer one
 */
export async function checkDataVersion(directory: string, table: TypeTable): Promise<boolean> {
  const minor = await minorOf(directory);
  if (minor === undefined || minor <= table.minor) return minor !== undefined && minor < table.minor;
  throw new Error(
    `${directory} holds the objects of a Kubernetes 1.${minor}, which 1.${table.minor} cannot read: ` +
      `start with --kubernetes-version 1.${minor}, or with another --data-dir`,
  );
}

/** Writes down which version uses a directory from now on. */
export function keepDataVersion(directory: string, table: TypeTable): void {
  const file = join(directory, FILE);
  if (table.isOlder) writeWhole(file, `1.${table.minor}\n`);
  else rmSync(file, { force: true });
}

/**
 * Writes anew what the types of this version have otherwise, as servers do whenever they read: templates that say that
 * no time is null would not be equal to those that say nothing.
 */
export async function upgradeData(directory: string, catalog: Catalog, storage: Storage): Promise<void> {
  for (const { info, prefix } of plainStores(catalog)) {
    for (const { key, value } of storage.list(prefix).items) {
      const object = decodeStruct(value, info.type, { unknownFields: false }) as unknown as KubeObject;
      if (!deepEqual(object, value)) await storage.guaranteedUpdate(key, {}, async () => object);
    }
  }
  keepDataVersion(directory, catalog.table);
}

/** Definitions are kept in a form of their own, and custom resources have the types of their definitions. */
function plainStores(catalog: Catalog): { readonly info: ResourceInfo; readonly prefix: string }[] {
  return [...catalog.stores()]
    .filter(({ info, definition }) => !info.isCustom && !definition.kept)
    .map((store) => ({ info: store.info, prefix: store.prefixOf('') }));
}
