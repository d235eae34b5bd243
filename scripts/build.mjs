// Builds dist/: one bundle with its lazily loaded parts, the data beside it, and the types. `npm ci` runs this.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { noticesOf } from './build-notices.mjs';

/** Where the texts of `kubectl explain` come from: see declared-texts.mjs. */
const FIELD_TEXTS = ['kubernetes-models', '@kubernetes-models/apimachinery', 'kubernetes-field-docs'].map(
  (name) => `node_modules/${name}/`,
);

const started = performance.now();
rmSync('dist', { recursive: true, force: true });

const { metafile } = await build({
  metafile: true,
  entryPoints: { cli: 'server/cli.ts', index: 'server/index.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  chunkNames: '[name]-[hash]',
  // CommonJS dependencies ask for require, which an ES module does not have by itself.
  banner: {
    js:
      "import { createRequire as createRequireForBundle } from 'node:module'; const require = " +
      'createRequireForBundle(import.meta.url);',
  },
  logLevel: 'warning',
});

// Modules read these from beside themselves, which is dist/ for all of them.
for (const file of ['server/schema/kinds.gen.json', 'server/cluster/bootstrap/bootstrap.gen.json'])
  copyFileSync(file, `dist/${basename(file)}`);
execFileSync(process.execPath, ['scripts/build-docs.mjs', 'server/schema/docs.gen.json.gz', 'dist/docs.gen.json.gz'], {
  stdio: 'inherit',
});
execFileSync(process.execPath, ['scripts/build-types.mjs'], { stdio: 'inherit' });
writeFileSync('dist/third-party-licenses.txt', noticesOf([...Object.keys(metafile.inputs), ...FIELD_TEXTS]));
process.stdout.write(`dist/ built in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
