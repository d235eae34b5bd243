// Bundles the dashboard into a folder of three files: node scripts/dashboard.mjs FOLDER
import { copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const SOURCES = join(import.meta.dirname, '../server/dashboard');

/** @returns the sources that went into it */
export async function buildDashboard(folder) {
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    entryPoints: { app: join(SOURCES, 'main.ts') },
    outdir: folder,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    // light-dark() and nesting are as old as these.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    tsconfig: join(SOURCES, 'tsconfig.json'),
    logLevel: 'warning',
  });
  await build({
    entryPoints: { app: join(SOURCES, 'style.css') },
    outdir: folder,
    target: ['chrome123', 'firefox120', 'safari17.5'],
    minify: true,
    logLevel: 'warning',
  });
  copyFileSync(join(SOURCES, 'index.html'), join(folder, 'index.html'));
  return Object.keys(metafile.inputs);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2);
  if (!folder) {
    console.error('usage: node scripts/dashboard.mjs FOLDER');
    process.exit(2);
  }
  await buildDashboard(folder);
}
