// Builds dist/: one bundle with its lazily loaded parts, the data beside it, and the types. `npm ci` runs this.
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { buildKits } from './build-kits.mjs';
import { noticesOf } from './build-notices.mjs';
import { buildDashboard } from './dashboard.mjs';

/** Where the texts of `kubectl explain` come from: see declared-texts.mjs. */
const FIELD_TEXTS = ['kubernetes-models', '@kubernetes-models/apimachinery', 'kubernetes-field-docs'].map(
  (name) => `node_modules/${name}/`,
);

/** How what runs in a server is bundled. */
const OF_SERVER = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  minifySyntax: true,
  // Of names too: V8 has to intern every one of them at each start. With --enable-source-maps Node tells stacks by the
  // names and lines of the sources.
  minifyIdentifiers: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
};

const started = performance.now();
rmSync('dist', { recursive: true, force: true });

// One script, because V8 can keep the compiled form of a script but, on Node 20, not of a module.
const { metafile } = await build({
  metafile: true,
  stdin: {
    contents: `
      export { startCluster } from './server/index.ts';
      export { compileBySpentTime } from './server/base/engine-effort.ts';
      export const runCommandLine = async (argv) => {
        const { runCommandLine: run } = await import('./server/command-line/main.ts');
        return run(argv);
      };`,
    resolveDir: '.',
    sourcefile: 'bundle.ts',
    loader: 'ts',
  },
  outfile: 'dist/fauxkube.cjs',
  ...OF_SERVER,
  sourcemap: 'linked',
  sourcesContent: false,
  alias: {
    '@fastify/ajv-compiler': './scripts/left-out.cjs',
    '@fastify/fast-json-stringify-compiler': './scripts/left-out.cjs',
  },
  // No module has names like these: one that had would take them for its own.
  define: { 'import.meta.url': 'urlOfBundle', 'import.meta.importModule': 'importForBundle' },
  banner: {
    js:
      '(function (exports, require, module, __filename, __dirname, importForBundle) { const urlOfBundle = ' +
      "require('node:url').pathToFileURL(__filename).href;",
  },
  footer: { js: '})' },
});
// Loaded by nobody who did not ask for --workers.
const worker = await build({
  metafile: true,
  entryPoints: ['server/http/workers/connection-worker.ts'],
  outfile: 'dist/connection-worker.cjs',
  ...OF_SERVER,
});
copyFileSync('scripts/bundle-loader.mjs', 'dist/bundle-loader.js');
writeFileSync(
  'dist/index.js',
  "import { loadBundle } from './bundle-loader.js';\nexport const { startCluster } = loadBundle().exports;\n",
);
const cli = readFileSync('scripts/cli.mjs', 'utf8').replace('./bundle-loader.mjs', './bundle-loader.js');
writeFileSync('dist/cli.js', cli, { mode: 0o755 });

await buildKits();

// Modules read these from beside themselves, which is dist/ for all of them.
const DATA = [
  'server/schema/kinds.gen.json',
  'server/schema/older-kinds.gen.json',
  'server/cluster/bootstrap/bootstrap.gen.json',
  'server/cluster/bootstrap/older-bootstrap.gen.json',
  'server/pipeline/fidelity/fidelity.gen.json',
];
for (const file of DATA) copyFileSync(file, `dist/${basename(file)}`);
execFileSync(process.execPath, ['scripts/build-docs.mjs', 'server/schema/docs.gen.json.gz', 'dist/docs.gen.json.gz'], {
  stdio: 'inherit',
});
execFileSync(
  process.execPath,
  [
    'scripts/run-ts.mjs',
    'scripts/openapi-hashes.ts',
    'server/schema/openapi/document-hashes.gen.json',
    'dist/document-hashes.gen.json',
  ],
  { stdio: 'inherit' },
);
const inDashboard = await buildDashboard('dist/dashboard');
execFileSync(process.execPath, ['scripts/code-cache.mjs'], { stdio: 'inherit' });
execFileSync(process.execPath, ['scripts/build-types.mjs'], { stdio: 'inherit' });
writeFileSync(
  'dist/third-party-licenses.txt',
  noticesOf([...Object.keys(metafile.inputs), ...Object.keys(worker.metafile.inputs), ...inDashboard, ...FIELD_TEXTS]),
);
process.stdout.write(`dist/ built in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
