/** Threads that take the connections of one port, in turn. */
import { existsSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../../base/clock.ts';
import { type ListeningServer, listen } from '../listening-server.ts';
import type { WorkerNews, WorkerStart } from './connection-worker.ts';
import { socketSender } from './socket-channel.ts';
import { type WorkerGuests, WorkerLink } from './worker-link.ts';

export interface WorkerPoolOptions {
  readonly workers: number;
  readonly host: string;
  readonly port: number;
  readonly tls: WorkerStart['tls'];
  readonly guests: WorkerGuests;
  /** Told of a worker that has come to an end, before another one takes its place. */
  readonly onEnd: (error: Error) => void;
}

export interface WorkerPool {
  readonly port: number;
  show(tls: WorkerStart['tls']): void;
  delivered(): Promise<void>;
  close(): Promise<void>;
}

/** A worker that did not live as long is not started again at once. */
const SHORT_LIFE_MS = 1000;

/** Threads live in the time of the machine. */
const CLOCK = systemClock();

/** Beside the bundle, or in dist/ for the sources. @throws Error when it was not built */
function workerFile(): string {
  const places = ['./connection-worker.cjs', '../../../dist/connection-worker.cjs'];
  const files = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = files.find((file) => existsSync(file));
  if (found === undefined) throw new Error(`${files[0]} is missing: npm run build makes it`);
  return found;
}

/** @throws Error when the port is in use, or sockets cannot be handed to threads here */
export async function startWorkers(options: WorkerPoolOptions): Promise<WorkerPool> {
  const pool = new Pool(options);
  try {
    await pool.start();
  } catch (error) {
    await pool.close();
    throw error;
  }
  return pool;
}

class Pool implements WorkerPool {
  readonly #options: WorkerPoolOptions;
  #tls: WorkerStart['tls'];
  readonly #links: (WorkerLink | undefined)[] = [];
  #next = 0;
  #server: ListeningServer | undefined;
  #isClosed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#tls = options.tls;
  }

  get port(): number {
    return this.#server?.port ?? 0;
  }

  async start(): Promise<void> {
    const { workers, host, port } = this.#options;
    await Promise.all(Array.from({ length: workers }, (_, index) => this.#begin(index)));
    const server = createServer({ pauseOnConnect: true, noDelay: true }, (socket) => this.#give(socket));
    this.#server = await listen(server, { host, port });
  }

  show(tls: WorkerStart['tls']): void {
    this.#tls = tls;
    for (const link of this.#links) link?.show(tls);
  }

  async delivered(): Promise<void> {
    await Promise.all(this.#links.map(async (link) => link?.delivered()));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([this.#server?.close(), ...this.#links.map((link) => link?.close())]);
  }

  #give(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    const { length } = this.#links;
    for (let i = 0; i < length; i++) {
      const link = this.#links[this.#next++ % length];
      if (!link) continue;
      link.give(socket);
      return;
    }
    socket.destroy();
  }

  async #begin(index: number): Promise<void> {
    const { path, sender } = await socketSender();
    const workerData: WorkerStart = { path, tls: this.#tls };
    const shown = this.#tls;
    const worker = new Worker(workerFile(), { workerData, name: `connections ${index + 1}` });
    const began = CLOCK.now();
    let failure: Error | undefined;
    worker.on('error', (error) => {
      failure = error;
    });
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const isReady = new Promise<boolean>((resolve) => {
      const hear = ({ news }: Partial<WorkerNews>): void => {
        if (news !== 'ready') return;
        worker.off('message', hear);
        resolve(true);
      };
      worker.on('message', hear);
      void ended.then(() => resolve(false));
    });
    if (!(await isReady)) throw failure ?? new Error('a worker ended at its start');
    const link = new WorkerLink(worker, await sender, this.#options.guests);
    if (this.#isClosed) {
      await link.close();
      return;
    }
    this.#links[index] = link;
    if (shown !== this.#tls) link.show(this.#tls);
    void ended.then(() => this.#replace(index, link, failure, CLOCK.now() - began));
  }

  #replace(index: number, link: WorkerLink, failure: Error | undefined, livedMs: number): void {
    if (this.#isClosed) return;
    this.#links[index] = undefined;
    link.ended();
    this.#options.onEnd(failure ?? new Error('a worker ended'));
    const again = (): void => {
      if (this.#isClosed) return;
      this.#begin(index).catch((error: Error) => {
        this.#options.onEnd(error);
        CLOCK.schedule(SHORT_LIFE_MS, again);
      });
    };
    if (livedMs < SHORT_LIFE_MS) CLOCK.schedule(SHORT_LIFE_MS, again);
    else again();
  }
}
