import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { ADMIN_TOKEN } from './secured-cluster.ts';

export interface Frame {
  readonly type: string;
  readonly object: {
    readonly kind: string;
    readonly metadata: { readonly name?: string; readonly resourceVersion?: string; readonly annotations?: object };
    readonly code?: number;
    readonly [field: string]: unknown;
  };
}

/** A watch that runs, and what it has brought so far. */
export interface WatchStream extends Disposable {
  readonly status: number;
  readonly frames: readonly Frame[];
  /** Resolves when there are so many frames in all; rejects when the stream ends before. */
  until(count: number): Promise<readonly Frame[]>;
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<readonly Frame[]>;
  readonly response: IncomingMessage;
}

/** Begins a watch over plain HTTP on 127.0.0.1. Resolves with the head of the answer. */
export async function openWatch(port: number, path: string, accept = 'application/json'): Promise<WatchStream> {
  const headers = { accept, authorization: `Bearer ${ADMIN_TOKEN}` };
  const outgoing = request({ host: '127.0.0.1', port, path, headers, agent: false });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.end();
  });
  const frames: Frame[] = [];
  const waiting = new Set<() => void>();
  let text = '';
  let isOver = false;
  response.setEncoding('utf8');
  response.on('data', (part: string) => {
    const lines = (text + part).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) frames.push(JSON.parse(line) as Frame);
    for (const check of waiting) check();
  });
  response.on('error', () => undefined);
  const ended = new Promise<readonly Frame[]>((resolve) => {
    response.once('close', () => {
      isOver = true;
      for (const check of waiting) check();
      resolve(frames);
    });
  });
  const until = (count: number): Promise<readonly Frame[]> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (frames.length < count && !isOver) return;
        waiting.delete(check);
        if (frames.length >= count) resolve(frames);
        else reject(new Error(`the watch ended after ${frames.length} of ${count} frames`));
      };
      waiting.add(check);
      check();
    });
  return {
    status: response.statusCode ?? 0,
    frames,
    until,
    ended,
    response,
    [Symbol.dispose]: () => outgoing.destroy(),
  };
}

/** `ADDED a@7`: what happened to what, without versions unless wanted. */
export const told = (frames: readonly Frame[]): string[] =>
  frames.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim());
