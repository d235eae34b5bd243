/** Connections on which a client and another server speak a protocol of theirs. */
import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { WireResponse } from '../pipeline/encode/encode.ts';
import type { TunnelResponse } from '../pipeline/request.ts';

/** What clients had sent already when their upgrade was read, by the request. */
export type Heads = Pick<WeakMap<IncomingMessage, Buffer>, 'get'>;

/** Keeps it from whoever takes the upgrade. */
export function keepHeads(server: Pick<Server, 'prependListener'>): Heads {
  const heads = new WeakMap<IncomingMessage, Buffer>();
  server.prependListener('upgrade', (message: IncomingMessage, _socket: Duplex, head: Buffer) => {
    if (head.length > 0) heads.set(message, head);
  });
  return heads;
}

/** Names and values are those of another server: what would end a line is no part of them. */
const line = (name: string, value: string): string => `${name}: ${value}`.replace(/[\r\n]/g, ' ');

/** Tells the client that the protocol has changed, and hands on what each side says until one of them ends. */
export function startTunnel(
  client: Duplex,
  head: Buffer | undefined,
  headers: WireResponse['headers'],
  { socket: server, head: answered }: Pick<TunnelResponse, 'socket' | 'head'>,
): void {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((each) => line(name, each)));
  client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  if (answered.length > 0) client.write(answered);
  if (head) server.write(head);
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    from.on('error', () => to.destroy());
    from.once('close', () => to.destroy());
    from.pipe(to);
  }
}
