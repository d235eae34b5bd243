/** `fauxkube/process`: a cluster in a process of its own, which ends with this one at the latest. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../base/clock.ts';
import { type Client, connect } from './client.ts';
import { argumentsOf, type Flags } from './flags.ts';

export type { Flags } from './flags.ts';

/** How a cluster is started. */
export interface ProcessOptions {
  /**
   * Flags of `fauxkube start`, with or without dashes: `{ nodes: 3, fixtures: ['manifests'], simulatedMetrics: true }`.
   * The ports are free ones unless given.
   */
  readonly flags?: Flags;
  /** The program and its first arguments; the one of this package unless given. */
  readonly command?: readonly string[];
  /** How long it may take to be ready; a minute unless given. */
  readonly timeoutMs?: number;
}

/** A cluster in another process. */
export interface ClusterProcess extends AsyncDisposable {
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  /** The text of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** A file with it, for `KUBECONFIG`; gone once the cluster has stopped. */
  readonly kubeconfigPath: string;
  readonly client: Client;
  readonly pid: number | undefined;
  /** Ends it in order. */
  stop(): Promise<void>;
}

const START_MS = 60_000;
/** After that it is killed. */
const STOP_MS = 10_000;
/** What it has said last, for errors. */
const SAID_MAX = 20_000;
const READY = /^fauxkube is ready: .* on (https:\S+)/m;

/** What the process has said, and whether it is ready or has ended. */
class Output {
  said = '';
  #changed: () => void = () => undefined;

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said = `${this.said}${text}`.slice(-SAID_MAX);
        this.#changed();
      });
  }

  /** Resolves once it has said that it is ready. */
  async ready(): Promise<string> {
    for (;;) {
      const url = READY.exec(this.said)?.[1];
      if (url !== undefined) return url;
      await new Promise<void>((changed) => {
        this.#changed = changed;
      });
    }
  }
}

/**
 * Starts a cluster in a process of its own, and resolves when it is ready.
 *
 * @throws Error with what the process has said, when it ends before or is not ready in time
 * @example
 * await using server = await startProcess({ flags: { nodes: 3, fixtures: 'manifests' } });
 * await server.client.settle();
 */
export async function startProcess({
  flags = {},
  command = [process.execPath, fileURLToPath(new URL('../cli.js', import.meta.url))],
  timeoutMs = START_MS,
}: ProcessOptions = {}): Promise<ClusterProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'fauxkube-'));
  const kubeconfigPath = join(folder, 'kubeconfig');
  const [program = '', ...first] = command;
  // Of ports, the last that is given counts; kubeconfigs are all written.
  const own = [`--kubeconfig=${kubeconfigPath}`, '--port=0', '--proxy-port=0', '--stop-with-stdin'];
  const args = [...first, 'start', ...own, ...argumentsOf(flags)];
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const output = new Output(child);
  const ended = once(child, 'close').then(([code, signal]: unknown[]) => String(code ?? signal));
  ended.catch(() => undefined); // told by `started`
  // A child that has gone takes no more.
  child.stdin.on('error', () => undefined);
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= end(child, ended, folder);
    return stopped;
  };
  try {
    const url = await started(output, ended, timeoutMs);
    const kubeconfig = await readFile(kubeconfigPath, 'utf8');
    const client = connect(kubeconfig);
    const stopAll = (): Promise<void> => {
      client.close();
      return stop();
    };
    const { pid } = child;
    return { url, kubeconfig, kubeconfigPath, client, pid, stop: stopAll, [Symbol.asyncDispose]: stopAll };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function started(output: Output, ended: Promise<string>, timeoutMs: number): Promise<string> {
  let cancel: () => void = () => undefined;
  const late = new Promise<never>((_, reject) => {
    const tooLate = (): void => reject(new Error(`not ready after ${timeoutMs / 1000} s: ${output.said.trim()}`));
    cancel = systemClock().schedule(timeoutMs, tooLate);
  });
  const gone = ended.then((code) => {
    throw new Error(`it ended with ${code}: ${output.said.trim()}`);
  });
  try {
    return await Promise.race([output.ready(), gone, late]);
  } catch (error) {
    throw new Error(`fauxkube did not start: ${(error as Error).message}`, { cause: error });
  } finally {
    cancel();
    gone.catch(() => undefined);
    late.catch(() => undefined);
  }
}

/** The end of its standard input is what ends it. */
async function end(child: ChildProcess, ended: Promise<string>, folder: string): Promise<void> {
  child.stdin?.end();
  const cancel = systemClock().schedule(STOP_MS, () => child.kill('SIGKILL'));
  try {
    await ended.catch(() => undefined);
  } finally {
    cancel();
    await rm(folder, { recursive: true, force: true });
  }
}
