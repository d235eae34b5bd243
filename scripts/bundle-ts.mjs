// Bundles a TypeScript program of this repository so that Node runs it: node scripts/bundle-ts.mjs FILE OUTFILE
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

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

/** `outfile` has to lie in this repository, where its packages are found. */
export async function bundleTs(file, outfile) {
  mkdirSync(dirname(outfile), { recursive: true });
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
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [file, outfile] = process.argv.slice(2);
  if (!file || !outfile) {
    console.error('usage: node scripts/bundle-ts.mjs FILE OUTFILE');
    process.exit(2);
  }
  await bundleTs(file, resolve(outfile));
}
