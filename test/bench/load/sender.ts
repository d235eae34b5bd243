import { Agent, request } from 'node:https';
import type { Endpoint } from './connection.ts';

/** Requests over HTTP/1.1, on connections that stay open. */
export interface Sender {
  /** @returns the body of the answer. @throws Error when it is none of success */
  readonly send: (method: string, path: string, body?: Buffer) => Promise<string>;
  readonly close: () => void;
}

/** What a simple client does. Bodies may be larger than the frames that the connection of most scenarios sends. */
export function createSender({ url, ca, cert, key }: Endpoint, connections: number): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  const send = (method: string, path: string, body?: Buffer): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': body?.length ?? 0 };
      const outgoing = request(new URL(path, url), { method, agent, headers, cert, key, ...trust }, (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.once('end', () => {
          if ((answer.statusCode ?? 500) < 300) resolve(Buffer.concat(parts).toString());
          else reject(new Error(`${method} ${path}: ${answer.statusCode}`));
        });
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  return { send, close: () => agent.destroy() };
}
