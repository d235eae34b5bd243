import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { Socket } from 'node:net';

/** A user's key and certificate, and where the server is. */
export interface StreamTarget {
  readonly url: string;
  readonly key: string;
  readonly cert: string;
}

/** How a server answered a wish to change the protocol. */
export type Upgraded =
  | {
      readonly status: 101;
      readonly headers: IncomingMessage['headers'];
      readonly socket: Socket;
      readonly head: Buffer;
    }
  | { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: string };

/** Asks for another protocol, on a connection of its own. */
export function upgrade(
  { url, key, cert }: StreamTarget,
  path: string,
  headers: Readonly<Record<string, string>>,
  method = 'POST',
): Promise<Upgraded> {
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, url), {
      method,
      key,
      cert,
      agent: false,
      rejectUnauthorized: false,
      headers: { connection: 'Upgrade', ...headers },
    });
    outgoing.once('upgrade', (response, socket, head) =>
      resolve({ status: 101, headers: response.headers, socket: socket as Socket, head }),
    );
    outgoing.once('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    outgoing.once('error', reject);
    outgoing.end();
  });
}
