// Builds dist/: one bundle with its lazily loaded parts, the data beside it, and the types. `npm ci` runs this.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { buildKits } from './build-kits.mjs';
import { noticesOf } from './build-notices.mjs';
import { buildBundle } from './bundle/build.mjs';
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
  // Of names too: V8 has to intern every one of them at each start.
  minifyIdentifiers: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
};

const started = performance.now();
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');

// Modules read these from beside themselves, which is dist/ for all of them.
const DATA = [
  'server/schema/kinds.gen.json',
  'server/schema/older-kinds.gen.json',
  'server/cluster/bootstrap/bootstrap.gen.json',
  'server/cluster/bootstrap/older-bootstrap.gen.json',
  'server/pipeline/fidelity/fidelity.gen.json',
];
for (const file of DATA) copyFileSync(file, `dist/${basename(file)}`);

const inBundle = await buildBundle(OF_SERVER);
// Loaded by nobody who did not ask for --workers.
const worker = await build({
  metafile: true,
  entryPoints: ['server/http/workers/connection-worker.ts'],
  outfile: 'dist/connection-worker.cjs',
  ...OF_SERVER,
});
copyFileSync('scripts/bundle-loader.cjs', 'dist/bundle-loader.cjs');
writeFileSync(
  'dist/index.mjs',
  "import loader from './bundle-loader.cjs';\nexport const { startCluster } = loader.loadBundle().exports;\n",
);
// Node loads a command that is no ES module some milliseconds sooner.
writeFileSync('dist/package.json', '{ "type": "commonjs" }\n');
copyFileSync('scripts/cli.cjs', 'dist/cli.js');
chmodSync('dist/cli.js', 0o755);

await buildKits();
writeFileSync('dist/testing/package.json', '{ "type": "module" }\n');

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
  noticesOf([...inBundle, ...Object.keys(worker.metafile.inputs), ...inDashboard, ...FIELD_TEXTS]),
);
process.stdout.write(`dist/ built in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
