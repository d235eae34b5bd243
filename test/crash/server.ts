/** The build in dist/ as a process that is killed again and again, over what it keeps. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of an administrator. */
const TOKEN = 'crash-test';

/** So few that a life of a second has several compactions. */
const COMPACT_AFTER = 60;

export interface Place {
  /** For what is not the server's data: tokens, kubeconfig. */
  readonly folder: string;
  /** The data directory, or the servers of etcd. */
  readonly data: string;
  readonly compactAfter?: number;
}

/** Where everything is kept. */
const keptIn = ({ data, compactAfter = COMPACT_AFTER }: Place): string[] =>
  data.startsWith('etcd:') ? [`--storage=${data}`] : [`--data-dir=${data}`, `--compact-after=${compactAfter}`];

export class KilledServer {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  /** The URL of plain HTTP, as soon as it serves; undefined when it ended before. */
  readonly ready: Promise<string | undefined>;
  #output = '';

  constructor(place: Place) {
    const { folder } = place;
    const tokens = join(folder, 'tokens.csv');
    writeFileSync(tokens, `${TOKEN},admin,1,system:masters\n`);
    const ports = ['--port=0', '--http-port=0', '--proxy-port=0', `--kubeconfig=${join(folder, 'kubeconfig')}`];
    const args = ['dist/cli.js', 'start', ...ports, ...keptIn(place), `--token-auth-file=${tokens}`];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new Error('the server has no output');
    this.#ended = once(this.#child, 'close');
    this.ready = new Promise((resolve) => {
      const read = (chunk: Buffer): void => {
        this.#output += chunk.toString();
        const url = /plain HTTP +(\S+)/.exec(this.#output)?.[1];
        if (url !== undefined) resolve(url);
      };
      stdout.on('data', read);
      stderr.on('data', read);
      void this.#ended.then(() => resolve(undefined));
    });
  }

  /** Nothing of it runs until it is told to go on, as if its machine had been suspended. */
  suspend(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }

  /** What it has printed. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** @throws Error when it ended by itself */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    this.#child.kill(signal);
    await this.#ended;
    if (this.#child.signalCode === signal || (signal === 'SIGTERM' && this.#child.exitCode === 0)) return;
    throw new Error(`the server ended by itself with ${this.#child.exitCode}: ${this.#output}`);
  }

  /** Ends it if it has not ended. */
  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** @throws Error with what it printed, when it did not come to serve */
  async url(): Promise<string> {
    const url = await this.ready;
    if (url === undefined) throw new Error(`the server did not start: ${this.#output}`);
    return url;
  }
}

export const AUTHORIZATION = `Bearer ${TOKEN}`;
