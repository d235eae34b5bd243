import { spawn } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type RunningCluster, type StartOptions, startCluster } from '../../server/index.ts';

/** What a program printed, and how it ended. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** A kubectl that hangs is ended after this time, and its test fails. */
const TIMEOUT_MS = 20_000;

/** The kubectl of the tests: `npm test` chooses it. */
export const KUBECTL = process.env.FAUXKUBE_TEST_KUBECTL ?? 'kubectl';

/** `kubectl.1.27` …: the versions that lie beside the real path of kubectl; kubectl itself when there are none. */
export function everyKubectl(): string[] {
  const found = KUBECTL.includes('/')
    ? KUBECTL
    : (process.env.PATH ?? '')
        .split(delimiter)
        .map((folder) => join(folder, KUBECTL))
        .find((path) => existsSync(path));
  if (found === undefined) return [KUBECTL];
  const folder = dirname(realpathSync(found));
  const versions = readdirSync(folder).filter((name) => /^kubectl\.1\.\d+$/.test(name));
  return versions.length === 0 ? [KUBECTL] : versions.map((name) => join(folder, name));
}

/** A running cluster and the kubectl that drives it, as a user has them. */
export class Shop implements AsyncDisposable {
  readonly cluster: RunningCluster;
  /** A folder of this shop: the home of its kubectl, and room for files. */
  readonly folder: string;
  readonly #command: string;

  constructor(cluster: RunningCluster, folder: string, command: string) {
    this.cluster = cluster;
    this.folder = folder;
    this.#command = command;
  }

  #environment(): NodeJS.ProcessEnv {
    const { PATH = '' } = process.env;
    // Nobody's own kubeconfig, cache or proxy may matter.
    return { PATH, HOME: this.folder, KUBECONFIG: this.file('kubeconfig'), NO_COLOR: '1' };
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  /** Runs kubectl to its end. */
  run(args: readonly string[], { input = '', env = {} }: { input?: string; env?: object } = {}): Promise<Printed> {
    const child = spawn(this.#command, args, { env: { ...this.#environment(), ...env }, timeout: TIMEOUT_MS });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => undefined); // a kubectl that does not read it may have ended
    child.stdin.end(input);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ stdout, stderr, code }));
    });
  }

  /** What `kubectl …` prints. @throws Error when it fails */
  async kubectl(...args: string[]): Promise<string> {
    const { stdout, stderr, code } = await this.run(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  /** How `kubectl …` fails. @throws Error when it does not */
  async fails(...args: string[]): Promise<Printed> {
    const printed = await this.run(args);
    if (printed.code === 0 || printed.code === null)
      throw new Error(`kubectl ${args.join(' ')} ended with ${printed.code}: ${printed.stdout}${printed.stderr}`);
    return printed;
  }

  /** `kubectl apply -f -` with a manifest. */
  async apply(manifest: string): Promise<string> {
    const { stdout, stderr, code } = await this.run(['apply', '-f', '-'], { input: manifest });
    if (code !== 0) throw new Error(`kubectl apply ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Starts a kubectl that prints until it is ended: each `next()` is its next line. */
  follow(...args: string[]): { next(): Promise<string>; end(): void } {
    const child = spawn(this.#command, args, { env: this.#environment(), stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return {
      async next() {
        const { value, done } = await lines.next();
        if (done) throw new Error(`kubectl ${args.join(' ')} ended`);
        return value;
      },
      end: () => void child.kill(),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * @example
 * await using shop = await openShop();
 * await shop.kubectl('get', 'nodes');
 */
export async function openShop(options: StartOptions = {}, command = KUBECTL): Promise<Shop> {
  const cluster = await startCluster({ proxyPort: 0, logLevel: 'error', ...options });
  const folder = await mkdtemp(join(tmpdir(), 'fauxkube-test-'));
  const shop = new Shop(cluster, folder, command);
  await writeFile(shop.file('kubeconfig'), cluster.kubeconfig(), { mode: 0o600 });
  return shop;
}

/** The rows of a table that kubectl printed, by the names of its columns. */
export function rows(table: string): Record<string, string>[] {
  const [head = '', ...body] = table.trimEnd().split('\n');
  const columns = [...head.matchAll(/\S+(?: \S+)*\s*/g)];
  return body.map((line) =>
    Object.fromEntries(
      columns.map(({ 0: name, index }, at) => [name.trim(), line.slice(index, columns[at + 1]?.index).trim()]),
    ),
  );
}
