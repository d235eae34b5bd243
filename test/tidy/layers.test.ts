import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const CONFIG = '.dependency-cruiser.cjs';
const { forbidden } = createRequire(import.meta.url)(resolve(CONFIG)) as {
  readonly forbidden: readonly { readonly name: string }[];
};

/** One import for each rule that breaks no other rule, or those that stand beside it. */
const PLANTED: Readonly<Record<string, readonly [from: string, to: string]>> = {
  'server-base': ['server/base/a.ts', 'server/kube/a.ts'],
  'server-kube': ['server/kube/b.ts', 'server/schema/a.ts'],
  'server-schema': ['server/schema/b.ts', 'server/storage/a.ts'],
  'server-storage': ['server/storage/b.ts', 'server/registry/a.ts'],
  'server-streaming': ['server/streaming/b.ts', 'server/registry/a.ts'],
  'server-registry': ['server/registry/b.ts', 'server/pipeline/a.ts'],
  'server-resources': ['server/resources/core/b.ts', 'server/auth/a.ts'],
  'server-admission': ['server/admission/b.ts', 'server/auth/a.ts'],
  'server-auth': ['server/auth/b.ts', 'server/pipeline/a.ts'],
  'server-pipeline': ['server/pipeline/b.ts', 'server/resources/core/a.ts'],
  'server-cluster': ['server/cluster/b.ts', 'server/http/a.ts'],
  'server-admin': ['server/admin/b.ts', 'server/http/a.ts'],
  'server-testing': ['server/testing/b.ts', 'server/cluster/a.ts'],
  'server-dashboard': ['server/dashboard/b.ts', 'server/kube/a.ts'],
  'server-http': ['server/http/b.ts', 'server/cluster/a.ts'],
  'controllers-lib': ['controllers/lib/b.ts', 'server/registry/a.ts'],
  controllers: ['controllers/job/b.ts', 'controllers/deployment/a.ts'],
  'kinds-do-not-know-each-other': ['server/resources/core/c.ts', 'server/resources/apps/a.ts'],
  'only-the-roots-join-server-and-controllers': ['server/http/c.ts', 'controllers/lib/a.ts'],
  'fastify-only-in-http': ['server/pipeline/c.ts', 'node_modules/fastify/index.js'],
  'lowdb-only-in-storage': ['server/kube/c.ts', 'node_modules/lowdb/index.js'],
  'no-cycles': ['server/kube/d.ts', 'server/kube/e.ts'],
  'product-does-not-import-tests': ['server/http/d.ts', 'test/a.ts'],
};

/** A tree of the same folders with nothing but these files. */
function scratchTree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'fauxkube-layers-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const file of [CONFIG, 'tsconfig.json']) cpSync(file, join(root, file));
  return root;
}

function importOf(from: string, to: string): string {
  const name = /^node_modules\/([^/]+)/.exec(to)?.[1] ?? relative(dirname(from), to).replace(/^(?!\.)/, './');
  return `import { value as other } from '${name}';\nexport const value = other;\n`;
}

/** The step of `npm run check`, there. */
function layersStep(cwd: string): { status: number | null; output: string } {
  const step = /\['layers', bin\('depcruise'\), \[(.*?)\]\]/.exec(readFileSync('scripts/check.mjs', 'utf8'))?.[1] ?? '';
  const args = ['--config', CONFIG, 'server', 'controllers', 'test'];
  expect(step).toBe("'--config', '.dependency-cruiser.cjs', ...FOLDERS");
  const { status, stdout, stderr } = spawnSync(resolve('node_modules/.bin/depcruise'), args, { cwd, encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

const leaf = 'export const value = 1;\n';
const empty = { 'server/index.ts': leaf, 'controllers/index.ts': leaf, 'test/a.ts': leaf };

test('every import rule finds an import that breaks it', () => {
  const files: Record<string, string> = {
    ...empty,
    'server/kube/e.ts': importOf('server/kube/e.ts', 'server/kube/d.ts'),
  };
  for (const [from, to] of Object.values(PLANTED)) {
    files[from] = importOf(from, to);
    files[to] ??= leaf;
    const name = /^node_modules\/([^/]+)/.exec(to)?.[1];
    if (name) files[`node_modules/${name}/package.json`] = JSON.stringify({ name, type: 'module', main: 'index.js' });
  }
  const { status, output } = layersStep(scratchTree(files));
  const found = [...output.matchAll(/error ([\w-]+): (\S+) → ?(\S*)/g)].map(([, rule]) => rule ?? '');
  expect(Object.keys(PLANTED), 'plant an import in this test for each rule').toEqual(forbidden.map(({ name }) => name));
  expect(
    Object.keys(PLANTED).filter((rule) => !found.includes(rule)),
    output,
  ).toEqual([]);
  expect(status).not.toBe(0);
});

test('imports that the table allows pass', () => {
  const from = 'server/http/b.ts';
  const { status, output } = layersStep(
    scratchTree({ ...empty, [from]: importOf(from, 'server/pipeline/a.ts'), 'server/pipeline/a.ts': leaf }),
  );
  expect(output).toContain('no dependency violations found');
  expect(status).toBe(0);
});
