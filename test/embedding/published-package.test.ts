import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildImage, withoutNpm } from '../support/image.ts';

/** What somebody who installed the package writes. */
const PROGRAM = `
import { type RunningCluster, type StartOptions, startCluster, type Transport } from 'fauxkube';

const options: StartOptions = { nodes: 1, seed: 7, initDir: 'hooks' };
await using cluster: RunningCluster = await startCluster(options);
await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { b: 'c' } });
const transport: Transport = cluster.transport({ name: 'jane', groups: ['system:masters'] });
const key = { namespace: 'default', name: 'a' };
const configMap = await transport.send({ verb: 'get', resource: 'v1/configmaps', key });
console.log(configMap.metadata.name, configMap.kind);
`;

/** The bundle has to import what is none of its own. */
const HOOK = `export default ({ transport }) => console.log('a hook has', typeof transport().send);\n`;

let folder: string;
const installed = (path = ''): string => join(folder, 'node_modules/fauxkube', path);

/** `npm pack` of the repository with a fresh build, unpacked where `npm install` would; nothing else is installed. */
beforeAll(async () => {
  const image = await buildImage();
  folder = mkdtempSync(join(tmpdir(), 'fauxkube-package-'));
  const source = join(folder, 'source');
  const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
  for (const path of ['package.json', ...files]) {
    const from = path === 'dist' ? join(image.folder(0), 'src/dist') : path;
    cpSync(from, join(source, path), { recursive: true });
  }
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const printed = execFileSync('npm', pack, { cwd: source, encoding: 'utf8', env: withoutNpm(process.env) });
  const name = printed.trim().split('\n').at(-1) ?? '';
  mkdirSync(installed(), { recursive: true });
  execFileSync('tar', ['xzf', join(folder, name), '-C', installed(), '--strip-components=1']);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'program.ts'), PROGRAM);
  mkdirSync(join(folder, 'hooks'));
  writeFileSync(join(folder, 'hooks/a.mjs'), HOOK);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('holds the bundle, its types and data, and no sources', () => {
  expect(readdirSync(installed()).sort()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist',
    'fixtures',
    'package.json',
  ]);
  expect(readdirSync(installed('dist'))).toEqual(
    expect.arrayContaining([
      'cli.js',
      'index.mjs',
      'types',
      'kinds.gen.json',
      'docs.gen.json.gz',
      'document-hashes.gen.json',
      'bootstrap.gen.json',
      'older-kinds.gen.json',
    ]),
  );
});

/** The frameworks that kits are made for; who has none of them imports none of the kits. */
const FRAMEWORKS = ['vitest', '@playwright/test', '@jest/globals'];

test('has kits that import nothing but Node, the package itself and their framework', () => {
  const files = readdirSync(installed('dist/testing'));
  const { exports } = JSON.parse(readFileSync(installed('package.json'), 'utf8')) as {
    exports: Record<string, string>;
  };
  for (const name of ['client', 'process', 'vitest', 'jest', 'playwright']) {
    expect(Object.keys(exports)).toContain(`./${name}`);
    expect(files).toContain(`${name}.js`);
  }
  const text = files.map((file) => readFileSync(installed(`dist/testing/${file}`), 'utf8')).join('\n');
  const imports = Array.from(
    text.matchAll(/(?:\brequire\(|\bfrom |^import |\bimport\()"([^"\n]+)"/gm),
    ([, path = '']) => path,
  );
  const others = new Set(imports.filter((path) => !isBuiltin(path) && !path.startsWith('.')));
  expect([...others].sort()).toEqual(FRAMEWORKS.toSorted());
});

test('imports nothing at run time but Node itself', () => {
  const text = ['cli.js', 'index.mjs', 'bundle-loader.cjs', 'fauxkube.cjs', 'fauxkube-rest.cjs']
    .map((file) => readFileSync(installed(`dist/${file}`), 'utf8'))
    .join('\n');
  const found = text.matchAll(/(?:\brequire\(|^import .* from )["']([^"'\n]+)["']/gm);
  const imports = [...found].map(([, path = '']) => path);
  expect(imports.length).toBeGreaterThan(50);
  // The two scripts ask each other for parts.
  const others = new Set(imports.filter((path) => !isBuiltin(path) && !/^(?:\.\/|part:)/.test(path)));
  expect([...others]).toEqual([]);
});

test('carries the licences of everything that is inside', () => {
  const notices = readFileSync(installed('dist/third-party-licenses.txt'), 'utf8');
  const { dependencies } = JSON.parse(readFileSync(installed('package.json'), 'utf8')) as { dependencies: object };
  for (const name of [...Object.keys(dependencies), 'ws', '@kubernetes/client-node'])
    expect(notices).toMatch(new RegExp(`^${name} \\S+ \\((MIT|ISC|Apache-2.0)\\)$`, 'm'));
});

test('has types that a strict program can use without anything else installed but the types of Node', () => {
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  for (const name of ['@types/node', 'undici-types'])
    symlinkSync(resolve('node_modules', name), join(folder, 'node_modules', name));
  const compilerOptions = {
    target: 'ES2023',
    lib: ['ES2023', 'ESNext.Disposable'],
    module: 'NodeNext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    preserveSymlinks: true,
    outDir: '.',
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  const tsc = resolve('node_modules/typescript/bin/tsc');
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: folder, encoding: 'utf8' });
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

test('runs from there', () => {
  const program = join(folder, 'program.mjs');
  // Node 20 has no await using: the program is what a compiler makes of it.
  execFileSync(resolve('node_modules/.bin/esbuild'), [
    join(folder, 'program.ts'),
    '--target=node20',
    '--log-level=warning',
    `--outfile=${program}`,
  ]);
  expect(execFileSync(process.execPath, [program], { cwd: folder, encoding: 'utf8' })).toBe(
    'a hook has function\na ConfigMap\n',
  );
  const { bin, version } = JSON.parse(readFileSync(installed('package.json'), 'utf8')) as {
    bin: { fauxkube: string };
    version: string;
  };
  const printed = execFileSync(process.execPath, [installed(bin.fauxkube), '--version'], { encoding: 'utf8' });
  expect(printed).toBe(`fauxkube ${version}\n`);
});
