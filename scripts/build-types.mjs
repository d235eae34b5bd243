// Writes dist/types/: the declarations that the entries of the package lead to, with imports that resolve where no
// sources are.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const TYPES = 'dist/types';
const IMPORT = /((?:from|import)\s*\(?\s*['"])(\.{1,2}\/[^'"]+)\.ts(?=['"])/g;

/** Rewrites `./a.ts` to `./a.js`, which declarations are found by. @returns the files that were met */
function follow(file, met = new Set()) {
  if (met.has(file)) return met;
  met.add(file);
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(IMPORT, '$1$2.js'));
  for (const [, , path] of text.matchAll(IMPORT)) follow(join(dirname(file), `${path}.d.ts`), met);
  return met;
}

/** Everything else is of no use to anybody: what is inside the bundle. */
function prune(folder, needed) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) prune(path, needed);
    else if (!needed.has(path)) rmSync(path);
  }
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
const { include } = JSON.parse(readFileSync('tsconfig.build.json', 'utf8'));
const needed = new Set();
for (const entry of include.filter((path) => !path.endsWith('.d.ts')))
  follow(join(TYPES, entry.replace(/\.ts$/, '.d.ts')), needed);
prune(TYPES, needed);
