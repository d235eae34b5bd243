import { WebSocket } from 'ws';
import { open, readKubeconfig } from '../support/ask.ts';
import type { FaultyCluster, Http2Client } from './support.ts';

export interface Frame {
  readonly type: string;
  readonly object: {
    readonly metadata?: { readonly name?: string; readonly resourceVersion?: string };
    readonly code?: number;
  };
}

/** How a watch ended. */
export interface StreamEnd {
  /** What came after the last whole event. */
  readonly rest: string;
  /** Whether the server said that it was the end. */
  readonly isProper: boolean;
  /** Of RST_STREAM; 0 elsewhere. */
  readonly reset: number;
}

/** A watch, whatever carries it. */
export interface Stream extends Disposable {
  readonly frames: readonly Frame[];
  /** Resolves when there are so many frames. */
  until(count: number): Promise<readonly Frame[]>;
  readonly ended: Promise<StreamEnd>;
}

/** Takes text in pieces, and tells whoever waits for frames. */
class Collector {
  readonly frames: Frame[] = [];
  rest = '';
  readonly #waiting = new Set<() => void>();

  take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    this.frames.push(...lines.map((line) => JSON.parse(line) as Frame));
    for (const check of this.#waiting) check();
  }

  until(count: number): Promise<readonly Frame[]> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (this.frames.length < count) return;
        this.#waiting.delete(check);
        resolve(this.frames);
      };
      this.#waiting.add(check);
      check();
    });
  }
}

function streamOf(collector: Collector, ended: Promise<Omit<StreamEnd, 'rest'>>, end: () => void): Stream {
  return {
    frames: collector.frames,
    until: (count) => collector.until(count),
    ended: ended.then((how) => ({ rest: collector.rest, ...how })),
    [Symbol.dispose]: end,
  };
}

async function http1({ cluster }: FaultyCluster, path: string): Promise<Stream> {
  const collector = new Collector();
  const response = await open(cluster.url + path, { credentials: readKubeconfig(cluster.kubeconfig()) });
  response.setEncoding('utf8').on('data', (text: string) => collector.take(text));
  response.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => response.once('close', resolve));
  const how = ended.then(() => ({ isProper: response.complete, reset: 0 }));
  return streamOf(collector, how, () => response.destroy());
}

async function http2(shop: FaultyCluster, path: string): Promise<Stream> {
  const collector = new Collector();
  const client: Http2Client = shop.http2();
  const stream = client.open('GET', path);
  let isProper = false;
  stream.setEncoding('utf8').on('data', (text: string) => collector.take(text));
  stream.once('end', () => {
    isProper = true;
  });
  const ended = new Promise<void>((resolve) => stream.once('close', resolve));
  await new Promise((resolve) => stream.once('response', resolve));
  const how = ended.then(() => ({ isProper: isProper && stream.rstCode === 0, reset: stream.rstCode ?? 0 }));
  return streamOf(collector, how, () => client[Symbol.dispose]());
}

async function websocket({ cluster }: FaultyCluster, path: string): Promise<Stream> {
  const collector = new Collector();
  const { ca, cert, key } = readKubeconfig(cluster.kubeconfig());
  const socket = new WebSocket(cluster.url.replace('https:', 'wss:') + path, { ca, cert, key });
  socket.on('error', () => undefined);
  // Messages have no line breaks; only a whole one is JSON.
  socket.on('message', (data: Buffer) => {
    const text = data.toString();
    collector.take(text.endsWith('}') && isJson(text) ? `${text}\n` : text);
  });
  const ended = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const how = ended.then((code) => ({ isProper: code === 1000, reset: 0 }));
  return streamOf(collector, how, () => socket.terminate());
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const OPENERS = { http1, http2, websocket } as const;

/** Begins a watch. Resolves with the head of its answer. */
export const openStream = (how: keyof typeof OPENERS, shop: FaultyCluster, path: string): Promise<Stream> =>
  OPENERS[how](shop, path);
