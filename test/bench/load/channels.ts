import { once } from 'node:events';
import { type RawData, WebSocket } from 'ws';
import type { Endpoint } from './connection.ts';

/** Frames of one upgraded request, each with the number of its channel in front. */
export interface Channels {
  readonly socket: WebSocket;
  /** Is called with every frame that comes. */
  readonly onFrame: (listener: (channel: number, data: Buffer) => void) => void;
}

function buffer(data: RawData): Buffer {
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);
}

/** Opens exec, attach or port-forward as clients do that speak WebSocket. @throws Error when it is refused */
export async function openChannels(
  { url, ca, cert, key }: Endpoint,
  path: string,
  protocol: string,
): Promise<Channels> {
  const trust = ca === undefined ? { rejectUnauthorized: false } : { ca };
  const socket = new WebSocket(new URL(path, url.replace(/^http/, 'ws')), [protocol], { cert, key, ...trust });
  const listeners: ((channel: number, data: Buffer) => void)[] = [];
  socket.on('message', (message) => {
    const data = buffer(message);
    for (const listener of listeners) listener(data[0] ?? 0, data.subarray(1));
  });
  await once(socket, 'open');
  return { socket, onFrame: (listener) => void listeners.push(listener) };
}
