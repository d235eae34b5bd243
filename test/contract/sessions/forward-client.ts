import { once } from 'node:events';
import { WebSocket } from 'ws';
import { SpdyClient } from '../../support/streams/spdy-client.ts';
import type { StreamTarget } from '../../support/streams/upgrade.ts';

/** A forwarded connection as its client has it. */
export interface ForwardedConnection {
  received(): Buffer;
  /** What came on the channel for errors. */
  problem(): string;
  write(data: string | Buffer): void;
  /** Nothing more is sent. */
  end(): void;
  /** Everything is over at once. */
  reset(): void;
  /** Resolves when nothing more comes. */
  readonly ended: Promise<unknown>;
}

export interface ForwardClient extends AsyncDisposable {
  connect(port: number): Promise<ForwardedConnection>;
}

export interface ForwardProtocol {
  readonly name: string;
  readonly canEnd: boolean;
  open(target: StreamTarget, path: string): Promise<ForwardClient>;
}

const overSpdy: ForwardProtocol = {
  name: 'SPDY portforward.k8s.io',
  canEnd: true,
  async open(target, path) {
    const client = await SpdyClient.connect(target, path, 'portforward.k8s.io');
    let requests = 0;
    return {
      async connect(port) {
        const headers = { port: String(port), requestid: String(requests++) };
        const error = await client.open({ ...headers, streamtype: 'error' });
        error.end();
        const data = await client.open({ ...headers, streamtype: 'data' });
        return {
          received: () => data.received,
          problem: () => error.text,
          write: (bytes) => data.write(bytes),
          end: () => data.end(),
          reset: () => data.reset(),
          ended: error
            .until(({ isEnded, isReset }) => isEnded || isReset)
            .then(() => data.until(({ isEnded, isReset }) => isEnded || isReset)),
        };
      },
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    };
  },
};

/** One connection of its own for each that is forwarded. */
function overWebSocket(name: string): ForwardProtocol {
  const isBase64 = name.includes('base64');
  const encoded = (data: Buffer): Buffer | string =>
    isBase64 ? `0${data.toString('base64')}` : Buffer.concat([Buffer.from([0]), data]);
  return {
    name: `WebSocket ${name}`,
    canEnd: false,
    async open({ url, key, cert }, path) {
      const sockets: WebSocket[] = [];
      return {
        async connect(port) {
          const address = new URL(`${path}?ports=${port}`, url.replace('https', 'wss'));
          const socket = new WebSocket(address, name, { key, cert, rejectUnauthorized: false });
          sockets.push(socket);
          const received: [Buffer[], Buffer[]] = [[], []];
          socket.on('message', (data: Buffer) => {
            const number = isBase64 ? Number(data.toString('latin1', 0, 1)) : (data[0] ?? 0);
            const piece = isBase64 ? Buffer.from(data.toString('latin1', 1), 'base64') : data.subarray(1);
            received[number === 0 ? 0 : 1].push(piece);
          });
          const ended = once(socket, 'close');
          await once(socket, 'open');
          // Each channel begins with its port.
          const after = (pieces: Buffer[]): Buffer => Buffer.concat(pieces).subarray(2);
          return {
            received: () => after(received[0]),
            problem: () => after(received[1]).toString(),
            write: (data) => socket.send(encoded(Buffer.from(data))),
            end: () => socket.close(),
            reset: () => socket.terminate(),
            ended,
          };
        },
        async [Symbol.asyncDispose]() {
          for (const socket of sockets) socket.terminate();
        },
      };
    },
  };
}

export const FORWARD_PROTOCOLS: readonly ForwardProtocol[] = [
  overSpdy,
  overWebSocket('v4.channel.k8s.io'),
  overWebSocket('v4.base64.channel.k8s.io'),
];
