import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { createPki } from '../../server/auth/certificates.ts';
import { type Clock, systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { Rounds } from '../../server/base/rounds.ts';
import type { Serve } from '../../server/http/http2/connection.ts';
import { type Http2Connections, serveHttp2 } from '../../server/http/http2/serve-connections.ts';
import { LIMITS } from '../../server/kube/limits.ts';
import { FRAME, frame, frameReader, PREFACE, settingsFrame } from '../bench/load/frames.ts';

const pki = createPki({ clock: systemClock(), random: systemRandom() });

/** A server that answers as a test wants, with the connections that it has. */
export interface Http2Server extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly ca: string;
  readonly sockets: readonly TLSSocket[];
  readonly connections: Http2Connections;
}

export async function http2Server(serve: Serve, clock: Clock = systemClock()): Promise<Http2Server> {
  const sockets: TLSSocket[] = [];
  const { key, cert } = pki.serving;
  const server = createServer({ key, cert, ALPNProtocols: ['h2'] });
  const connections = serveHttp2(server, serve, new Rounds(clock, LIMITS.lookMs));
  server.on('secureConnection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    ca: pki.ca.cert,
    sockets,
    connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A frame that the server has sent. */
export interface Received {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

const DATA_END = 1;

/** A client that sends whatever a test wants it to. */
export class RawClient implements Disposable {
  readonly socket: TLSSocket;
  readonly received: Received[] = [];
  isClosed = false;
  #onChange: () => void = () => undefined;

  constructor({ port, ca }: Pick<Http2Server, 'port' | 'ca'>) {
    this.socket = connect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['h2'] });
    this.socket.on('error', () => undefined); // a connection that breaks is what is wanted
    const take = (received: Received): void => {
      this.received.push(received);
      this.#onChange();
    };
    const data = (stream: number, payload: Buffer, isEnd: boolean): void =>
      take({ type: FRAME.data, flags: isEnd ? DATA_END : 0, stream, payload });
    const other = (type: number, flags: number, stream: number, payload: Buffer): void =>
      take({ type, flags, stream, payload: Buffer.from(payload) });
    this.socket.on('data', frameReader({ data, frame: other }));
    this.socket.on('close', () => {
      this.isClosed = true;
      this.#onChange();
    });
  }

  /** What a client begins with. */
  begin(settings: Parameters<typeof settingsFrame>[0] = []): this {
    return this.send(PREFACE, settingsFrame(settings));
  }

  send(...bytes: readonly Buffer[]): this {
    for (const each of bytes) this.socket.write(each);
    return this;
  }

  frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): this {
    return this.send(frame(type, flags, stream, payload));
  }

  /** The first frame that is like this, which may still be to come. @throws Error when the connection ends without */
  async next(isMeant: (received: Received) => boolean): Promise<Received> {
    for (;;) {
      const found = this.received.find(isMeant);
      if (found) return found;
      if (this.isClosed) throw new Error('the connection has ended');
      await this.#changed();
    }
  }

  /** Resolves when the server has answered all that was sent, as far as it answers without waiting. */
  async answeredPing(): Promise<void> {
    const before = this.received.filter(({ type }) => type === FRAME.ping).length;
    this.frame(FRAME.ping, 0, 0, Buffer.alloc(8));
    await this.next(() => this.received.filter(({ type }) => type === FRAME.ping).length > before);
  }

  async closed(): Promise<void> {
    while (!this.isClosed) await this.#changed();
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve;
    });
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** A header block of literals without Huffman's code, as RFC 7541 has them in section 6.2.2. */
export function block(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  const length = (text: string): number[] => {
    if (text.length < 127) return [text.length];
    const bytes = [127];
    let rest = text.length - 127;
    for (; rest >= 128; rest >>>= 7) bytes.push((rest & 127) | 128);
    return [...bytes, rest];
  };
  const text = (value: string): Buffer => Buffer.concat([Buffer.from(length(value)), Buffer.from(value, 'latin1')]);
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

/** The fields of a request without a body. */
export const GET = [
  [':method', 'GET'],
  [':scheme', 'https'],
  [':path', '/'],
  [':authority', 'localhost'],
] as const;
