// Writes what the documents of /openapi/v3 hash to: node scripts/run-ts.mjs scripts/openapi-hashes.ts OUTFILE …
import { writeFileSync } from 'node:fs';
import { typesOf } from '../server/schema/kubernetes-versions.ts';
import type { DocumentHashes } from '../server/schema/openapi/document-hashes.ts';
import { publicationOf } from '../server/schema/openapi/publication.ts';

const table = typesOf();
const publication = publicationOf(table);
const hashes = Object.fromEntries(publication.names.map((name) => [name, publication.document(name)?.hash ?? '']));
const written: DocumentHashes = { gitVersion: table.gitVersion, hashes };
for (const file of process.argv.slice(2)) writeFileSync(file, `${JSON.stringify(written)}\n`);
