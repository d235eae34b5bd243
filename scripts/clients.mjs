// `npm run test:clients`: programs of client libraries, unchanged, and the test kits with examples, against dist/.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { findKubectl } from './kubectl.mjs';
import { KITS, runKit } from './test-kits.mjs';

const CACHE = resolve('node_modules/.cache/clients');
const RUN_LIMIT_MS = 180_000;

/** What each program is built with and run by, in its own folder, and where it says what it uses. */
const PROGRAMS = [
  {
    name: 'go',
    uses: 'client-go',
    version: () => /client-go (v\S+)/.exec(readFileSync('test/clients/go/go.mod', 'utf8'))?.[1],
    build: [['go', 'build', '-o', join(CACHE, 'go'), '.']],
    run: [join(CACHE, 'go')],
  },
  {
    name: 'python',
    uses: 'kubernetes',
    version: () => /^kubernetes==(\S+)/m.exec(readFileSync('test/clients/python/requirements.txt', 'utf8'))?.[1],
    build: [
      ['python3', '-m', 'venv', join(CACHE, 'python')],
      [join(CACHE, 'python/bin/pip'), 'install', '-q', '--disable-pip-version-check', '-r', 'requirements.txt'],
    ],
    run: [join(CACHE, 'python/bin/python'), 'pods.py'],
  },
  {
    name: 'javascript',
    uses: '@kubernetes/client-node',
    version: () => JSON.parse(readFileSync('node_modules/@kubernetes/client-node/package.json', 'utf8')).version,
    build: [],
    run: [process.execPath, 'pods.mjs'],
  },
  {
    name: 'java',
    uses: 'client-java and fabric8',
    version: () => {
      const pom = readFileSync('test/clients/java/pom.xml', 'utf8');
      const versions = pom.matchAll(/<version>([\d.]+)<\/version><!-- client -->/g);
      return Array.from(versions, ([, version]) => version).join(' and ');
    },
    build: [['mvn', '-q', '-B', 'package', `-DbuildDirectory=${join(CACHE, 'java')}`]],
    run: ['java', '-cp', `${join(CACHE, 'java/classes')}:${join(CACHE, 'java/dependency')}/*`, 'clients.Pods'],
  },
];

const wanted = process.argv.slice(2);
const known = [...PROGRAMS, ...KITS].map(({ name }) => name);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`test:clients takes ${known.join(', ')}, or nothing for all: not '${unknown[0]}'\n`);
  process.exit(2);
}

/** Starts dist/ and answers once it is ready. */
async function startServer(folder) {
  const kubeconfig = join(folder, 'kubeconfig');
  const ports = ['--port=0', '--proxy-port=0'];
  const child = spawn(process.execPath, ['dist/cli.js', 'start', ...ports, '--kubeconfig', kubeconfig], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout }))
    if (line.includes('kubectl get nodes')) return { child, kubeconfig };
  throw new Error('the server did not start: run npm run build first');
}

function build({ name, build: commands }) {
  for (const [command, ...args] of commands) {
    const { status, stderr, error } = spawnSync(command, args, { cwd: join('test/clients', name), encoding: 'utf8' });
    if (status !== 0) return `${command} ${args[0]}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`;
  }
  return undefined;
}

/** @returns what each of its tests said: `ok …`, or `not ok …: why` */
async function run({ name, run: [command, ...args] }, kubeconfig) {
  const env = { ...process.env, KUBECONFIG: kubeconfig, NAMESPACE: name };
  spawnSync(findKubectl().command, ['create', 'namespace', name], { env });
  const child = spawn(command, args, { cwd: join('test/clients', name), env, stdio: ['ignore', 'pipe', 'pipe'] });
  const late = setTimeout(() => child.kill('SIGKILL'), RUN_LIMIT_MS);
  let said = '';
  child.stderr.on('data', (data) => {
    said = `${said}${data}`.slice(-1000);
  });
  const lines = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (!/^(not )?ok /.test(line)) continue;
    lines.push(line);
    process.stderr.write(`${name}: ${line}\n`);
  }
  const code = await new Promise((done) => (child.exitCode === null ? child.once('exit', done) : done(child.exitCode)));
  clearTimeout(late);
  if (code !== 0 && !lines.some((line) => line.startsWith('not ok')))
    lines.push(`not ok runs to its end: ${said.trim().split('\n').at(-1) ?? code}`);
  return lines;
}

/** What comes behind them in the page, up to the next heading, is written anew. */
const MARK = '<!-- results -->\n';
const KITS_MARK = '<!-- kits -->\n';

const cell = (text) => text.replaceAll('|', '\\|');

function clientRows(results) {
  return results.flatMap(({ program, lines }) =>
    lines.map((line) => {
      const [, bad, what, why] = /^(not )?ok (.*?)(?:: (.*))?$/.exec(line);
      const result = bad ? `failed: ${why ?? ''}` : 'passed';
      return `| ${program.uses} ${program.version()} | ${cell(what)} | ${cell(result)} |`;
    }),
  );
}

/** The table behind a mark, up to the next empty line, replaced. */
function withTable(text, mark, head, rows) {
  const at = text.indexOf(mark) + mark.length;
  const rest = text.slice(at);
  const end = rest.indexOf('\n\n') + 1 || rest.length;
  return `${text.slice(0, at)}${[head, ...rows].join('\n')}\n${rest.slice(end)}`;
}

function page(results, kits) {
  const kitRows = kits.map(({ kit, line }) => {
    const [, bad, what, why] = /^(not )?ok (.*?)(?:: (.*))?$/.exec(line);
    return `| \`${kit.folder}\` | ${kit.uses()} | ${what} | ${cell(bad ? `failed: ${why ?? ''}` : 'passed')} |`;
  });
  const text = readFileSync('docs/clients.md', 'utf8');
  const clients = withTable(text, MARK, '| client | what it does | result |\n|---|---|---|', clientRows(results));
  return withTable(clients, KITS_MARK, '| folder | with | what ran | result |\n|---|---|---|---|', kitRows);
}

async function runPrograms(programs) {
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-clients-'));
  const { child, kubeconfig } = await startServer(folder);
  const results = [];
  try {
    for (const program of programs) {
      const problem = build(program);
      results.push({ program, lines: problem ? [`not ok builds: ${problem}`] : await run(program, kubeconfig) });
      if (problem) process.stderr.write(`${program.name}: not ok builds: ${problem}\n`);
    }
  } finally {
    child.kill('SIGTERM');
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

async function runKits(kits) {
  const results = [];
  for (const kit of kits) {
    const line = await runKit(kit);
    process.stderr.write(`${kit.name}: ${line}\n`);
    results.push({ kit, line });
  }
  return results;
}

mkdirSync(CACHE, { recursive: true });
const isWanted = ({ name }) => wanted.length === 0 || wanted.includes(name);
const programs = PROGRAMS.filter(isWanted);
const results = programs.length > 0 ? await runPrograms(programs) : [];
const kits = await runKits(KITS.filter(isWanted));
if (wanted.length === 0) writeFileSync('docs/clients.md', page(results, kits));
const lines = [...results.flatMap((result) => result.lines), ...kits.map(({ line }) => line)];
const failed = lines.filter((line) => line.startsWith('not ok')).length;
process.stdout.write(`${lines.length - failed} passed, ${failed} failed\n`);
if (failed > 0) process.exitCode = 1;
