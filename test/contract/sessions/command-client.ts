import { once } from 'node:events';
import { WebSocket } from 'ws';
import { SpdyClient } from '../../support/streams/spdy-client.ts';
import type { StreamTarget } from '../../support/streams/upgrade.ts';

/** The client's side of a command, whatever protocol it speaks. */
export interface CommandClient extends AsyncDisposable {
  /** What has come on a channel: `stdout`, `stderr`, `error`. */
  received(channel: string): Buffer;
  write(channel: 'stdin' | 'resize', data: string | Buffer): void;
  endStdin(): void;
  /** Nothing is read until `resume`. */
  pause(): void;
  resume(): void;
  leave(): void;
  /** Resolves when the server has ended the session. */
  readonly ended: Promise<unknown>;
}

/** One of the protocols for commands. */
export interface CommandProtocol {
  readonly name: string;
  readonly canEndStdin: boolean;
  readonly canResize: boolean;
  /** Whether the channel `error` has a Status, or the message alone. */
  readonly tellsStatus: boolean;
  open(target: StreamTarget, path: string, channels: readonly string[]): Promise<CommandClient>;
}

const NUMBERS = ['stdin', 'stdout', 'stderr', 'error', 'resize'];
const CLOSE_SIGNAL = 255;

function overWebSocket(name: string): CommandProtocol {
  const isBase64 = name.includes('base64');
  const message = (number: number, data: Buffer): Buffer | string =>
    isBase64 ? `${number}${data.toString('base64')}` : Buffer.concat([Buffer.from([number]), data]);
  return {
    name: `WebSocket ${name === '' ? 'without a name' : name}`,
    canEndStdin: name.startsWith('v5'),
    canResize: true,
    tellsStatus: /^v[45]/.test(name),
    async open({ url, key, cert }, path) {
      const socket = new WebSocket(new URL(path, url.replace('https', 'wss')), name === '' ? [] : [name], {
        key,
        cert,
        rejectUnauthorized: false,
      });
      const received = new Map<string, Buffer[]>();
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary === isBase64) throw new Error('a message of the wrong type');
        const number = isBase64 ? Number(data.toString('latin1', 0, 1)) : (data[0] ?? 0);
        const piece = isBase64 ? Buffer.from(data.toString('latin1', 1), 'base64') : data.subarray(1);
        const pieces = received.get(NUMBERS[number] ?? '');
        if (pieces) pieces.push(piece);
        else received.set(NUMBERS[number] ?? '', [piece]);
      });
      const ended = new Promise((resolve) => socket.once('close', resolve));
      await once(socket, 'open');
      return {
        received: (channel) => Buffer.concat(received.get(channel) ?? []),
        write: (channel, data) => socket.send(message(NUMBERS.indexOf(channel), Buffer.from(data))),
        endStdin: () => socket.send(Buffer.from([CLOSE_SIGNAL, 0])),
        pause: () => socket.pause(),
        resume: () => socket.resume(),
        leave: () => socket.close(),
        ended,
        async [Symbol.asyncDispose]() {
          socket.terminate();
          await ended;
        },
      };
    },
  };
}

function overSpdy(name: string): CommandProtocol {
  return {
    name: `SPDY ${name}`,
    canEndStdin: true,
    canResize: /^v[34]/.test(name),
    tellsStatus: name.startsWith('v4'),
    async open(target, path, channels) {
      const client = await SpdyClient.connect(target, path, name);
      const streams = new Map<string, Awaited<ReturnType<SpdyClient['open']>>>();
      for (const streamtype of ['error', ...channels]) streams.set(streamtype, await client.open({ streamtype }));
      return {
        received: (channel) => streams.get(channel)?.received ?? Buffer.alloc(0),
        write: (channel, data) => streams.get(channel)?.write(data),
        endStdin: () => streams.get('stdin')?.end(),
        pause: () => client.socket.pause(),
        resume: () => client.socket.resume(),
        leave: () => client.leave(),
        ended: client.closed,
        [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
      };
    },
  };
}

export const COMMAND_PROTOCOLS: readonly CommandProtocol[] = [
  ...['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'].map(overWebSocket),
  ...['channel.k8s.io', 'base64.channel.k8s.io', ''].map(overWebSocket),
  ...['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'].map(overSpdy),
];
