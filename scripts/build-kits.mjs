// Writes dist/testing/: the client and the kits for test frameworks, as ES modules and, for whoever requires them, as
// scripts.
import { build } from 'esbuild';

const ENTRIES = ['client', 'process', 'jest', 'playwright', 'testcontainers'];
const sources = (names) => names.map((name) => `server/testing/${name}.ts`);

/** The server is not in them: they load that of this package. */
const packageItself = {
  name: 'package-itself',
  setup(plugin) {
    plugin.onResolve({ filter: /\/index\.ts$/ }, () => ({ path: '../index.mjs', external: true }));
  },
};

const common = {
  outdir: 'dist/testing',
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  external: ['vitest', '@jest/globals', '@playwright/test'],
  logLevel: 'warning',
};

export async function buildKits() {
  await build({
    ...common,
    entryPoints: sources([...ENTRIES, 'vitest']),
    format: 'esm',
    splitting: true,
    plugins: [packageItself],
  });
  // jest runs what it is not told about as scripts. vitest knows modules only.
  await build({
    ...common,
    entryPoints: sources(ENTRIES),
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': 'moduleUrl' },
    banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
}
