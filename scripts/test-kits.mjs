// The test kits of `clients/` and the examples: each in a copy of its own, so that nothing is left in the repository.
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { findKubectl } from './kubectl.mjs';

const LIMIT_MS = 1_200_000;
/** What builds and runs leave behind. */
const LEFT_BEHIND = new Set(['target', '.venv', '__pycache__', '.pytest_cache', 'node_modules']);

const versionIn = (file, pattern) => pattern.exec(readFileSync(file, 'utf8'))?.[1];

/** Its framework; Node brings one of its own. */
function versionOf(folder) {
  const { devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const [framework] = Object.entries(devDependencies).filter(([name]) => name !== 'fauxkube');
  return framework ? framework.join(' ') : `Node ${process.version}`;
}

/** What each of them is tested by, and with what; those of examples are the commands of their README. */
export const KITS = [
  ...['vitest', 'jest', 'playwright', 'node-test'].map((name) => ({
    name: `${name}-example`,
    folder: `examples/${name}`,
    uses: () => versionOf(`examples/${name}`),
  })),
  {
    name: 'python-kit',
    folder: 'clients/python',
    uses: () => `pytest ${versionIn('clients/python/pyproject.toml', /"pytest==([^"]+)"/)}`,
    script: "python3 -m venv .venv && .venv/bin/pip install --quiet '.[test]' && .venv/bin/pytest",
  },
  {
    name: 'pytest-example',
    folder: 'examples/pytest',
    uses: () => `kubernetes ${versionIn('examples/pytest/requirements.txt', /^kubernetes==(\S+)/m)}`,
  },
  {
    name: 'go-kit',
    folder: 'clients/go',
    uses: () =>
      `testcontainers-go ${versionIn('clients/go/container/go.mod', /testcontainers-go (v\S+)/)} for containers`,
    script: 'go vet ./... && go test ./... && cd container && go vet ./... && go test ./...',
  },
  {
    name: 'go-example',
    folder: 'examples/go',
    uses: () => `client-go ${versionIn('examples/go/go.mod', /client-go (v\S+)/)}`,
  },
  {
    name: 'java-kit',
    folder: 'clients/java',
    uses: () => `JUnit ${versionIn('clients/java/pom.xml', /<junit.version>(.*)<\/junit.version>/)}`,
    script: 'mvn --quiet --batch-mode test',
  },
  {
    name: 'junit-example',
    folder: 'examples/junit',
    uses: () => `fabric8 ${versionIn('examples/junit/pom.xml', /<fabric8.version>(.*)<\/fabric8.version>/)}`,
  },
  {
    name: 'rust-kit',
    folder: 'clients/rust',
    uses: () => `kube ${versionIn('clients/rust/Cargo.lock', /name = "kube"\nversion = "([^"]+)"/)}`,
    script: 'cargo test --quiet --locked',
  },
  {
    name: 'rust-example',
    folder: 'examples/rust',
    uses: () => `kube ${versionIn('examples/rust/Cargo.lock', /name = "kube"\nversion = "([^"]+)"/)}`,
  },
];

/** The commands of a README, which a reader types into one shell. */
function commandsOf(folder) {
  const blocks = readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^```sh\n(.*?)^```$/gms);
  return Array.from(blocks, ([, block]) => block).join('');
}

/** What a package consists of besides `dist`. */
const PACKAGE = ['package.json', 'fixtures', 'LICENSE', 'README.md', 'CHANGELOG.md'];

/** @param dist the build that is tested, with the rest of the package beside it */
function copyOf(dist) {
  const root = mkdtempSync(join(tmpdir(), 'fauxkube-kits-'));
  const filter = (path) => !LEFT_BEHIND.has(basename(path));
  for (const folder of ['clients', 'examples']) cpSync(folder, join(root, folder), { recursive: true, filter });
  // npm takes no links along when it packs a folder.
  for (const name of ['dist', ...PACKAGE])
    cpSync(join(dirname(dist), name === 'dist' ? basename(dist) : name), join(root, name), { recursive: true });
  return root;
}

/**
 * Runs one of them from nothing.
 *
 * @returns `ok …`, or `not ok …: why`
 */
export async function runKit({ name, folder, script }, dist = process.env.FAUXKUBE_TEST_DIST ?? 'dist') {
  const root = copyOf(dist);
  try {
    const env = {
      ...process.env,
      // What is in npm's cache, where an installation of this repository has put it, need not be asked for.
      npm_config_prefer_offline: 'true',
      KUBECTL: process.env.KUBECTL ?? findKubectl().command,
      // Crates that both need are built once.
      CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR ?? resolve('node_modules/.cache/clients/cargo'),
      ...(script && { FAUXKUBE_COMMAND: join(root, 'dist/cli.js') }),
    };
    const text = script ?? commandsOf(folder);
    const what = script ? 'its own tests' : 'the commands of its README';
    if (text === '') return `not ok ${what}: there are none`;
    const { code, said } = await shell(text, join(root, folder), env);
    if (code !== 0) process.stderr.write(`${name}:\n${said}\n`);
    return code === 0 ? `ok ${what}` : `not ok ${what}: ended with ${code}`;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Ends whoever is still there when it takes too long. */
function shell(script, cwd, env) {
  const child = spawn('sh', ['-euc', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const late = setTimeout(() => child.pid && process.kill(-child.pid, 'SIGKILL'), LIMIT_MS);
  let said = '';
  const hear = (data) => {
    said = `${said}${data}`.slice(-20_000);
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) => {
      clearTimeout(late);
      done({ code: code ?? signal, said });
    });
  });
}
