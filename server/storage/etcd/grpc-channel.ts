/**
 * gRPC over HTTP/2, as much of it as etcd needs: calls with one message each way, and streams of messages both ways.
 * One connection at a time, to the first of the servers that answers.
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import { GrpcCall } from './grpc-call.ts';
import { GRPC, GrpcError } from './grpc-error.ts';
import { frameOf } from './grpc-frames.ts';
import { ClientConnection } from './http2/client-connection.ts';
import type { ClientStream } from './http2/client-stream.ts';
import { RequestBlocks } from './http2/request-blocks.ts';
import { socketTo, type TlsOptions } from './http2/socket-to.ts';

export interface ChannelOptions {
  /** `http://host:2379` or `https://host:2379`. */
  readonly endpoints: readonly string[];
  readonly tls?: TlsOptions | undefined;
  readonly clock: Clock;
}

export interface StreamSink {
  message(bytes: Buffer): void;
  /** The stream is over. */
  end(error: GrpcError): void;
}

export interface OpenStream {
  send(message: Buffer): void;
  /** Nothing more is heard of it then, not even that it has ended. */
  cancel(): void;
}

/** A connection, and the heads of requests on it. */
interface Link {
  readonly connection: ClientConnection;
  readonly blocks: RequestBlocks;
}

/** So long a server may take to be reached; the next one is tried then. */
const CONNECT_MS = 3000;
/** etcd's client asks after so long a silence whether the server is there, and waits so long (kube-apiserver's). */
const PING_MS = 30_000;
const PONG_MS = 10_000;

/** Calls to the first server that answers. */
export class GrpcChannel {
  readonly #options: ChannelOptions;
  #link: Link | undefined;
  #connecting: Promise<Link> | undefined;
  /** Which server is tried next. */
  #next = 0;
  #closed = false;
  /** Sent with every call. */
  readonly metadata = new Map<string, string>();

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** Whom it is connected with. */
  get endpoint(): string | undefined {
    return this.#link && this.#options.endpoints[this.#next];
  }

  /** @throws GrpcError */
  async call(method: string, message: Buffer, timeoutMs: number): Promise<Buffer> {
    const link = this.#link?.connection.isOpen ? this.#link : await this.#connected();
    return new Promise((resolve, reject) => {
      let stream: ClientStream | undefined;
      const cancel = this.#options.clock.schedule(timeoutMs, () => {
        if (stream) link.connection.cancel(stream);
        reject(new GrpcError(GRPC.deadlineExceeded, 'context deadline exceeded'));
      });
      let reply: Buffer | undefined;
      const call = new GrpcCall({
        message: (bytes) => (reply = bytes),
        end(error) {
          cancel();
          if (error) reject(error);
          else resolve(reply ?? Buffer.alloc(0));
        },
      });
      try {
        stream = this.#request(link, method, call, timeoutMs, frameOf(message));
      } catch (error) {
        cancel();
        throw error;
      }
    });
  }

  /** @throws GrpcError when no server is reached */
  async open(method: string, sink: StreamSink): Promise<OpenStream> {
    const call = new GrpcCall({
      message: (bytes) => sink.message(bytes),
      end: (error) => sink.end(error ?? new GrpcError(GRPC.unavailable, 'the stream has ended')),
    });
    const link = await this.#connected();
    const { connection } = link;
    const stream = this.#request(link, method, call);
    return {
      send: (message) => connection.send(stream, frameOf(message)),
      cancel: () => connection.cancel(stream),
    };
  }

  /** Goes to another server, if there is one: this one does not do what it should. */
  leave(): void {
    const link = this.#link;
    if (!link) return;
    this.#link = undefined;
    this.#next = (this.#next + 1) % this.#options.endpoints.length;
    link.connection.leave();
  }

  close(): void {
    this.#closed = true;
    this.#link?.connection.end();
    this.#link = undefined;
  }

  #request(link: Link, method: string, call: GrpcCall, timeoutMs?: number, body?: Buffer): ClientStream {
    // It was there when somebody began to wait for it.
    if (!link.connection.isOpen) throw new GrpcError(GRPC.unavailable, 'the connection to etcd was lost', true);
    return link.connection.request(link.blocks.block(method, this.metadata, timeoutMs), call, body);
  }

  async #connected(): Promise<Link> {
    if (this.#link?.connection.isOpen) return this.#link;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #connect(): Promise<Link> {
    const { endpoints } = this.#options;
    let failure: unknown;
    for (let tried = 0; tried < endpoints.length && !this.#closed; tried++) {
      try {
        const link = await this.#connectTo(endpoints[this.#next] as string);
        if (this.#closed) link.connection.end();
        else if (link.connection.isOpen) this.#link = link;
        return link;
      } catch (error) {
        failure = error;
        this.#next = (this.#next + 1) % endpoints.length;
      }
    }
    const why = failure instanceof Error ? failure.message : 'the channel is closed';
    throw new GrpcError(GRPC.unavailable, `connection error: ${why}`, true);
  }

  #connectTo(endpoint: string): Promise<Link> {
    return new Promise((resolve, reject) => {
      const { clock, tls } = this.#options;
      const blocks = new RequestBlocks(endpoint);
      const forget = (): void => {
        if (this.#link === link) this.#link = undefined;
      };
      const connection = new ClientConnection(socketTo(endpoint, tls), {
        ready() {
          cancel();
          cancel = keepAlive(connection, clock);
          resolve(link);
        },
        leaving: forget,
        closed(why) {
          cancel();
          forget();
          reject(new Error(`${endpoint}: ${why}`));
        },
      });
      const link: Link = { connection, blocks };
      // Whoever does not speak HTTP/2 sends no settings.
      let cancel = clock.schedule(CONNECT_MS, () => connection.end(`no answer within ${CONNECT_MS / 1000} s`));
    });
  }
}

/** Finds out that a server has gone without saying so. */
function keepAlive(connection: ClientConnection, clock: Clock): Cancel {
  let cancel: Cancel = clock.schedule(PING_MS, ask);
  function ask(): void {
    cancel = clock.schedule(PONG_MS, () => connection.end());
    connection.ping(() => {
      cancel();
      cancel = clock.schedule(PING_MS, ask);
    });
  }
  return () => cancel();
}
