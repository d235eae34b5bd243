// Runs a TypeScript program of this repository: node scripts/run-ts.mjs FILE [argument …]
import { rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleTs } from './bundle-ts.mjs';

const [file, ...rest] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/run-ts.mjs FILE [argument …]');
  process.exit(2);
}

const outfile = resolve('node_modules/.cache/fauxkube-scripts', `${basename(file, '.ts')}.${process.pid}.mjs`);
await bundleTs(file, outfile);
process.argv.splice(1, process.argv.length - 1, resolve(file), ...rest);
try {
  await import(pathToFileURL(outfile).href);
} finally {
  await rm(outfile);
}
