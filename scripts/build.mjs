// Builds dist/: one bundle with its lazily loaded parts, the data beside it, and the types. `npm ci` runs this.
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';

const started = performance.now();
rmSync('dist', { recursive: true, force: true });

await build({
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
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
process.stdout.write(`dist/ built in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
