// Runs a TypeScript program of this repository: node scripts/run-ts.mjs FILE [argument …]
import { mkdirSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [file, ...rest] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/run-ts.mjs FILE [argument …]');
  process.exit(2);
}

/** Files that modules read beside themselves stay beside them, although the program runs from one bundled file. */
const keepModuleUrls = {
  name: 'keep-module-urls',
  setup(plugin) {
    plugin.onLoad({ filter: /\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      loader: 'ts',
    }));
  },
};

const outdir = resolve('node_modules/.cache/fauxkube-scripts');
mkdirSync(outdir, { recursive: true });
const outfile = resolve(outdir, `${basename(file, '.ts')}.${process.pid}.mjs`);
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
  plugins: [keepModuleUrls],
});
process.argv.splice(1, process.argv.length - 1, resolve(file), ...rest);
try {
  await import(pathToFileURL(outfile).href);
} finally {
  await rm(outfile);
}
