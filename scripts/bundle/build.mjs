// Builds the two scripts of dist/: what each start needs, and the rest. Which modules a start needs is seen by one.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { build } from 'esbuild';
import { divide } from './divide.mjs';
import { OF_PACKAGES } from './packages.mjs';
import { firstEntry, firstPart, restEntry, restPart } from './plugins.mjs';

const ENTRY = 'scripts/bundle/entry.ts';
const PARAMETERS = 'exports, require, module, __filename, __dirname, importForBundle, firstPart';

// Scripts, because V8 can keep the compiled form of a script but, on Node 20, not of a module.
const SCRIPT = {
  metafile: true,
  // Node finds no part of a bundle, and a script from the code cache cannot import by itself.
  supported: { 'dynamic-import': false },
  ...OF_PACKAGES,
  define: {
    ...OF_PACKAGES.define,
    // No module has names like these: one that had would take them for its own.
    'import.meta.url': 'urlOfBundle',
    'import.meta.importModule': 'importForBundle',
  },
  banner: {
    js: `(function (${PARAMETERS}) { const urlOfBundle = require('node:url').pathToFileURL(__filename).href;`,
  },
  footer: { js: '})' },
};
const MAPPED = { sourcemap: 'linked', sourcesContent: false };

const text = (contents) => ({ contents, resolveDir: '.', sourcefile: 'bundle.js', loader: 'js' });

/**
 * @param {import('esbuild').BuildOptions} options how what runs in a server is bundled
 * @returns {Promise<string[]>} the modules in it
 */
export async function buildBundle(options) {
  const WHOLE = 'dist/whole.cjs';
  const { metafile } = await build({
    ...options,
    ...SCRIPT,
    entryPoints: [ENTRY],
    outfile: WHOLE,
    // Functions have to be found in it again.
    minifyIdentifiers: false,
    minifyWhitespace: false,
  });
  const atStart = JSON.parse(
    execFileSync(process.execPath, ['scripts/bundle/used-at-start.mjs', WHOLE], { maxBuffer: 2 ** 26 }).toString(),
  );
  rmSync(WHOLE);
  // A start of the build's does not change V8's options: a code cache is taken with those it was made with.
  const entries = [ENTRY, 'server/command-line/main.ts', 'server/base/engine-effort.ts'];
  const division = divide(metafile, entries, atStart);
  await Promise.all([
    build({
      ...options,
      ...SCRIPT,
      ...MAPPED,
      stdin: text(firstEntry(ENTRY, division)),
      plugins: [...OF_PACKAGES.plugins, firstPart(division)],
      outfile: 'dist/fauxkube.cjs',
    }),
    build({
      ...options,
      ...SCRIPT,
      ...MAPPED,
      stdin: text(restEntry(division)),
      plugins: [...OF_PACKAGES.plugins, restPart(division)],
      outfile: 'dist/fauxkube-rest.cjs',
    }),
  ]);
  return Object.keys(metafile.inputs);
}
