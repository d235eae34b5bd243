import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildImage, withoutNpm } from '../support/image.ts';

const README = readFileSync('README.md', 'utf8');
const blocksOf = (language: string): string[] =>
  [...README.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text]) => text ?? '');

/** A clone after `npm ci`: what was built, and what the commands name. */
let clone: string;
let server: ChildProcess | undefined;
let proxyUrl = '';

beforeAll(async () => {
  const built = join((await buildImage()).folder(0), 'src');
  clone = mkdtempSync(join(tmpdir(), 'fauxkube-readme-'));
  cpSync('fixtures', join(clone, 'fixtures'), { recursive: true });
  for (const name of ['dist', 'package.json']) cpSync(join(built, name), join(clone, name), { recursive: true });
  mkdirSync(join(clone, 'node_modules'));
  symlinkSync(built, join(clone, 'node_modules/fauxkube'));
  for (const name of ['@kubernetes', '@types', 'undici-types'])
    symlinkSync(resolve('node_modules', name), join(clone, 'node_modules', name));
  mkdirSync(join(clone, 'bin'));
  const command = process.env.FAUXKUBE_TEST_KUBECTL ?? 'kubectl';
  const kubectl = execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim();
  symlinkSync(kubectl, join(clone, 'bin/kubectl'));
}, 300_000);

afterAll(() => {
  server?.kill('SIGKILL');
  rmSync(clone, { recursive: true });
});

const environment = (): NodeJS.ProcessEnv => ({
  ...withoutNpm(process.env),
  PATH: `${join(clone, 'bin')}:${process.env.PATH}`,
  KUBECONFIG: join(clone, '.fauxkube/kubeconfig'),
});

/** `npm start -- FLAGS` in another terminal, on free ports. */
async function start(flags: readonly string[]): Promise<void> {
  if (server) {
    server.kill('SIGTERM');
    expect(await once(server, 'exit')).toEqual([0, null]);
  }
  const script = (JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } }).scripts.start;
  const [, ...args] = script.split(' ');
  server = spawn(process.execPath, [...args, ...flags], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...environment(), FAUXKUBE_PORT: '0', FAUXKUBE_PROXY_PORT: '0' },
  });
  let text = '';
  for await (const part of server.stdout ?? []) {
    text += String(part);
    if (text.includes('kubectl get nodes')) break;
  }
  proxyUrl = /http_proxy=(\S+)/.exec(text)?.[1] ?? '';
}

test('the commands of README.md work one after the other', async () => {
  const outputs: string[] = [];
  for (const block of blocksOf('sh')) {
    const begins = /^(?:npm ci && )?npm start(?: -- (.*))?$/m.exec(block);
    if (begins) {
      await start((begins[1] ?? '').split(' ').filter((flag) => flag !== ''));
      continue;
    }
    expect(block).toContain('kubectl');
    const script = block.replaceAll('http://127.0.0.1:6480', proxyUrl);
    const { status, stdout, stderr } = spawnSync('sh', ['-euc', script], {
      cwd: clone,
      encoding: 'utf8',
      env: environment(),
    });
    expect([status, stderr], script).toEqual([0, '']);
    outputs.push(stdout);
  }
  const [pods = '', service = '', fixtures = ''] = outputs;
  expect(pods).toMatch(/^test-\S+ +1\/1 +Running +0 +\S+ +10\.244\.[12]\.\d+ +node0[12] /m);
  expect(service).toMatch(/^Endpoints: +(10\.244\.\d+\.\d+:80,?){3}$/m);
  expect(service).toContain('<title>Welcome to nginx!</title>');
  expect(fixtures).toMatch(/^node\/node03 /m);
  expect(fixtures.trim().split('\n').at(-1)).toMatch(/^nginx-deployment +3\/3 /);
});

test('the program in README.md compiles against the types of the package, and runs', () => {
  const programs = blocksOf('ts');
  expect(programs).toHaveLength(1);
  writeFileSync(join(clone, 'program.ts'), programs[0] ?? '');
  const compilerOptions = {
    target: 'ES2023',
    lib: ['ES2023', 'ESNext.Disposable'],
    module: 'NodeNext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    outDir: 'out',
    preserveSymlinks: true,
  };
  writeFileSync(join(clone, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  const tsc = resolve('node_modules/typescript/bin/tsc');
  expect(spawnSync(process.execPath, [tsc, '-p', clone, '--noEmit'], { encoding: 'utf8' }).stdout).toBe('');
  const program = join(clone, 'program.mjs');
  const esbuild = resolve('node_modules/.bin/esbuild');
  execFileSync(esbuild, [join(clone, 'program.ts'), '--target=node20', '--log-level=warning', `--outfile=${program}`]);
  const printed = execFileSync(process.execPath, [program], { cwd: clone, encoding: 'utf8' });
  expect(printed).toBe('3 of 3 replicas are ready\n');
});

test('the table of flags is what --help says', () => {
  const help = execFileSync(process.execPath, ['dist/cli.js', 'start', '--help'], {
    cwd: clone,
    encoding: 'utf8',
    env: environment(),
  }).replaceAll(/\n {10,}/g, ' ');
  const inHelp = [...help.matchAll(/^ {2}(--\S+(?: <[^>]+>)?) .*$/gm)].map(([line, flag]) => {
    const byDefault = /default: \[?"?([^",)\]]+)/.exec(line)?.[1] ?? '';
    return `${flag} ${byDefault}`.trim();
  });
  const inTable = [...README.matchAll(/^\| `(--[^`]+)` \|.*\| (?:`([^`]*)`)? ?\|$/gm)].map(([, flag, byDefault = '']) =>
    `${flag} ${byDefault}`.trim(),
  );
  expect(inTable).toEqual(inHelp);
});
