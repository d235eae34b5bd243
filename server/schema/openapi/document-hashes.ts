/**
 * What the documents of the newest version hash to, found out when it was built: the index of /openapi/v3, which
 * clients ask for before their first apply, has the hashes of all, and making all documents for it takes a while.
 */
import { existsSync, readFileSync } from 'node:fs';
import { getOwn } from '../../base/freeze.ts';
import type { TypeTable } from '../type-table.ts';

export interface DocumentHashes {
  /** Of the table that they are of. */
  readonly gitVersion: string;
  /** By the names of documents of v3. */
  readonly hashes: Readonly<Record<string, string>>;
}

let known: DocumentHashes | undefined;

/** None where nothing was built, as in a source tree without its generated files. */
function load(): DocumentHashes {
  const file = new URL('./document-hashes.gen.json', import.meta.url);
  if (!existsSync(file)) return { gitVersion: '', hashes: {} };
  return JSON.parse(readFileSync(file, 'utf8')) as DocumentHashes;
}

/** The hash of a document of v3; undefined where it has to be made for it. */
export function knownHash({ gitVersion }: Pick<TypeTable, 'gitVersion'>, name: string): string | undefined {
  known ??= load();
  return known.gitVersion === gitVersion ? getOwn(known.hashes, name) : undefined;
}
