import {
  createServer as createHttp2Server,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../../server/base/clock.ts';
import { type ChannelOptions, GrpcChannel } from '../../../server/storage/etcd/grpc-channel.ts';
import { frameOf } from '../../../server/storage/etcd/grpc-frames.ts';
import { frame, frameReader, PREFACE, settingsFrame } from '../../bench/load/frames.ts';
import { block } from '../../http2/support.ts';
import { type LoopbackServer, listenOnLoopback } from '../../support/loopback-server.ts';

/** Longer than anything takes that is to end well. */
export const PLENTY_MS = 20_000;
export const METHOD = '/etcdserverpb.KV/Txn';

/** A channel that is closed when the test is over. */
export function channelTo(
  ports: readonly number[],
  { clock = systemClock(), ...options }: Partial<ChannelOptions> & { readonly clock?: Clock } = {},
): GrpcChannel {
  const endpoints = ports.map((port) => `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`);
  const channel = new GrpcChannel({ endpoints, clock, ...options });
  onTestFinished(() => channel.close());
  return channel;
}

/** A server by Node's HTTP/2. */
export async function nodePeer(
  answer: (stream: ServerHttp2Stream, headers: Record<string, unknown>) => unknown,
  server: Http2Server | Http2SecureServer = createHttp2Server(),
): Promise<LoopbackServer> {
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined); // clients go away here
    void answer(stream, headers);
  });
  const listening = await listenOnLoopback(server);
  onTestFinished(() => listening.close());
  return listening;
}

/** Answers with a message, as etcd does. */
export function reply(stream: ServerHttp2Stream, message: Buffer): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'grpc-message': '' }));
  stream.end(frameOf(message));
}

/** Everything that comes on a stream, once that is complete: the message behind the five bytes of its head. */
export async function messageOf(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).subarray(5);
}

interface Received {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** A connection to a server that sends whatever a test wants it to. */
export class RawPeer {
  readonly socket: Socket;
  readonly received: Received[] = [];
  isClosed = false;
  #onChange: () => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    let skip = PREFACE.length;
    const take = (type: number, flags: number, stream: number, payload: Buffer): void => {
      this.received.push({ type, flags, stream, payload: Buffer.from(payload) });
      this.#onChange();
    };
    const read = frameReader({ data: (stream, part, isEnd) => take(0, isEnd ? 1 : 0, stream, part), frame: take });
    socket.on('data', (chunk: Buffer) => {
      const rest = chunk.subarray(skip);
      skip -= Math.min(skip, chunk.length);
      if (rest.length > 0) read(rest);
    });
    socket.on('error', () => undefined); // a connection that breaks is what is wanted
    socket.on('close', () => {
      this.isClosed = true;
      this.#onChange();
    });
  }

  begin(settings: Parameters<typeof settingsFrame>[0] = []): this {
    return this.send(settingsFrame(settings));
  }

  send(...bytes: readonly Buffer[]): this {
    this.socket.write(Buffer.concat(bytes));
    return this;
  }

  frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): this {
    return this.send(frame(type, flags, stream, payload));
  }

  /** Resolves when it is so. @throws Error when the connection ends before */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.isClosed) throw new Error('the connection has ended');
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
    }
  }

  /** The first frame that is like this, which may still be to come. */
  async next(type: number, stream: number): Promise<Received> {
    const find = (): Received | undefined =>
      this.received.find((received) => received.type === type && received.stream === stream);
    await this.until(() => find() !== undefined);
    return find() as Received;
  }

  async closed(): Promise<void> {
    while (!this.isClosed)
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
      });
  }
}

export interface RawServer {
  readonly port: number;
  readonly peers: readonly RawPeer[];
}

/** A server that says what `greet` says, and then what the test says. */
export async function rawServer(greet: (peer: RawPeer) => void): Promise<RawServer> {
  const peers: RawPeer[] = [];
  const server = createServer((socket) => {
    const peer = new RawPeer(socket);
    peers.push(peer);
    greet(peer);
  });
  const { port, close } = await listenOnLoopback(server);
  onTestFinished(close);
  return { port, peers };
}

export const HEAD = block([
  [':status', '200'],
  ['content-type', 'application/grpc'],
]);
export const TRAILERS = block([
  ['grpc-status', '0'],
  ['grpc-message', ''],
]);
