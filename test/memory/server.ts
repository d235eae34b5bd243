/** A server in a process of its own, measured from outside. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';

export interface Memory {
  /** What the system gave the process. */
  readonly rssMb: number;
  /** What is reachable in it. */
  readonly heapMb: number;
}

const MB = 1024 * 1024;

export class MeasuredServer {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #inspector: WebSocket;
  #calls = 0;

  constructor(url: string, child: ChildProcess, inspector: WebSocket) {
    this.url = url;
    this.#child = child;
    this.#inspector = inspector;
  }

  /** After everything has been collected that nobody can reach. */
  async memory(): Promise<Memory> {
    // What the first collection finalizes, the second takes away.
    for (let i = 0; i < 3; i++) await this.#call('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#call<{ usedSize: number }>('Runtime.getHeapUsage');
    const rssKb = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.#child.pid}/status`, 'utf8'))?.[1]);
    return { rssMb: rssKb / 1024, heapMb: usedSize / MB };
  }

  /** Writes what is reachable, for the Memory panel of Chrome's developer tools, which compares two of them. */
  async snapshot(file: string): Promise<void> {
    const written = createWriteStream(file);
    const onMessage = (data: Buffer): void => {
      const { method, params } = JSON.parse(data.toString()) as { method?: string; params: { chunk: string } };
      if (method === 'HeapProfiler.addHeapSnapshotChunk') written.write(params.chunk);
    };
    this.#inspector.on('message', onMessage);
    await this.#call('HeapProfiler.takeHeapSnapshot');
    this.#inspector.off('message', onMessage);
    await new Promise<void>((resolve) => written.end(resolve));
  }

  #call<T>(method: string): Promise<T> {
    const id = ++this.#calls;
    return new Promise((resolve) => {
      const onMessage = (data: Buffer): void => {
        const answer = JSON.parse(data.toString()) as { id: number; result: T };
        if (answer.id !== id) return;
        this.#inspector.off('message', onMessage);
        resolve(answer.result);
      };
      this.#inspector.on('message', onMessage);
      this.#inspector.send(JSON.stringify({ id, method }));
    });
  }

  stop(): void {
    this.#inspector.close();
    this.#child.kill('SIGKILL');
  }
}

/** Starts the build in dist/, with plain HTTP on a free port. */
export async function startMeasured(args: readonly string[]): Promise<MeasuredServer> {
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-memory-'));
  const tokens = join(folder, 'tokens.csv');
  writeFileSync(tokens, `${TOKEN},admin,1,system:masters\n`);
  const ports = ['--port=0', '--http-port=0', '--proxy-port=0', `--kubeconfig=${join(folder, 'kubeconfig')}`];
  const command = ['--inspect=127.0.0.1:0', 'dist/cli.js', 'start', ...ports, `--token-auth-file=${tokens}`, ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  child.once('exit', () => rmSync(folder, { recursive: true }));
  const [url, inspected] = await Promise.all([
    found(child.stdout, /plain HTTP +(\S+)/),
    found(child.stderr, /Debugger listening on (\S+)/),
  ]);
  const inspector = new WebSocket(inspected);
  await new Promise((resolve, reject) => {
    inspector.once('open', resolve);
    inspector.once('error', reject);
  });
  return new MeasuredServer(url, child, inspector);
}

/** Of an administrator. */
export const TOKEN = 'memory-test';

function found(stream: NodeJS.ReadableStream, pattern: RegExp): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const match = pattern.exec(text)?.[1];
      if (match !== undefined) resolve(match);
    });
    stream.once('end', () => reject(new Error(`the server ended: ${text}`)));
  });
}
