/**
 * gRPC over HTTP/2, as much of it as etcd needs: calls with one message each way, and streams of messages both ways.
 * One connection at a time, to the first of the servers that answers.
 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';
import type { Cancel, Clock } from '../../base/clock.ts';
import { FrameReader, frameOf } from './grpc-frames.ts';

/** The codes of gRPC that somebody here looks at. */
export const GRPC = { deadlineExceeded: 4, unavailable: 14, unauthenticated: 16 } as const;

export class GrpcError extends Error {
  readonly code: number;
  /** Whether the server cannot have seen the call. */
  readonly isUnsent: boolean;

  constructor(code: number, message: string, isUnsent = false) {
    super(message);
    this.name = 'GrpcError';
    this.code = code;
    this.isUnsent = isUnsent;
  }
}

export interface ChannelOptions {
  /** `http://host:2379` or `https://host:2379`. */
  readonly endpoints: readonly string[];
  readonly tls?: Pick<SecureClientSessionOptions, 'ca' | 'cert' | 'key'> | undefined;
  readonly clock: Clock;
}

export interface StreamSink {
  message(bytes: Buffer): void;
  /** The stream is over. */
  end(error: GrpcError): void;
}

export interface OpenStream {
  send(message: Buffer): void;
  cancel(): void;
}

/** So long a server may take to be reached; the next one is tried then. */
const CONNECT_MS = 3000;
/** etcd's client asks after so long a silence whether the server is there, and waits so long (kube-apiserver's). */
const PING_MS = 30_000;
const PONG_MS = 10_000;
/** What may be under way unread. */
const WINDOW_BYTES = 16 * 1024 * 1024;

const HTTP_OK = 200;

const { HTTP2_HEADER_PATH, HTTP2_HEADER_METHOD, NGHTTP2_CANCEL } = constants;

export class GrpcChannel {
  readonly #options: ChannelOptions;
  #session: ClientHttp2Session | undefined;
  #connecting: Promise<ClientHttp2Session> | undefined;
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
    return this.#session && this.#options.endpoints[this.#next];
  }

  /** @throws GrpcError */
  async call(method: string, message: Buffer, timeoutMs: number): Promise<Buffer> {
    const session = await this.#connected();
    return new Promise((resolve, reject) => {
      const cancel = this.#options.clock.schedule(timeoutMs, () => {
        stream.close(NGHTTP2_CANCEL);
        reject(new GrpcError(GRPC.deadlineExceeded, 'context deadline exceeded'));
      });
      let reply: Buffer | undefined;
      const stream = this.#begin(session, method, {
        timeoutMs,
        message: (bytes) => (reply = bytes),
        end: (error) => {
          cancel();
          if (error) reject(error);
          else resolve(reply ?? Buffer.alloc(0));
        },
      });
      stream.end(frameOf(message));
    });
  }

  /** @throws GrpcError when no server is reached */
  async open(method: string, sink: StreamSink): Promise<OpenStream> {
    const stream = this.#begin(await this.#connected(), method, {
      message: (bytes) => sink.message(bytes),
      end: (error) => sink.end(error ?? new GrpcError(GRPC.unavailable, 'the stream has ended')),
    });
    return {
      send: (message) => void stream.write(frameOf(message)),
      cancel: () => stream.close(NGHTTP2_CANCEL),
    };
  }

  /** Goes to another server, if there is one: this one does not do what it should. */
  leave(): void {
    const session = this.#session;
    if (!session) return;
    this.#session = undefined;
    this.#next = (this.#next + 1) % this.#options.endpoints.length;
    session.close();
  }

  close(): void {
    this.#closed = true;
    this.#session?.destroy();
    this.#session = undefined;
  }

  #begin(
    session: ClientHttp2Session,
    method: string,
    call: { timeoutMs?: number; message(bytes: Buffer): void; end(error: GrpcError | undefined): void },
  ): ClientHttp2Stream {
    const stream = session.request({
      [HTTP2_HEADER_METHOD]: 'POST',
      [HTTP2_HEADER_PATH]: method,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(call.timeoutMs !== undefined && { 'grpc-timeout': `${call.timeoutMs}m` }),
      ...Object.fromEntries(this.metadata),
    });
    const frames = new FrameReader((bytes) => call.message(bytes));
    let outcome: GrpcError | 'none' | 'success' = 'none';
    const told = (headers: IncomingHttpHeaders): void => {
      const status = headers['grpc-status'];
      if (status !== undefined) outcome = errorOf(Number(status), headers['grpc-message']) ?? 'success';
      const http = Number(headers[':status'] ?? HTTP_OK);
      if (http !== HTTP_OK)
        outcome = new GrpcError(GRPC.unavailable, `HTTP status ${http} instead of an answer of etcd`);
    };
    stream.on('response', told);
    stream.on('trailers', told);
    stream.on('data', (chunk: Buffer) => {
      try {
        frames.push(chunk);
      } catch (error) {
        outcome = new GrpcError(GRPC.unavailable, (error as Error).message);
        stream.close(NGHTTP2_CANCEL);
      }
    });
    stream.on('error', (error) => {
      if (outcome === 'none') outcome = new GrpcError(GRPC.unavailable, error.message);
    });
    stream.on('close', () => {
      if (outcome === 'success') call.end(undefined);
      else call.end(outcome === 'none' ? new GrpcError(GRPC.unavailable, 'the connection to etcd was lost') : outcome);
    });
    return stream;
  }

  async #connected(): Promise<ClientHttp2Session> {
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #connect(): Promise<ClientHttp2Session> {
    const { endpoints } = this.#options;
    let failure: unknown;
    for (let tried = 0; tried < endpoints.length && !this.#closed; tried++) {
      try {
        const session = await this.#connectTo(endpoints[this.#next] as string);
        if (this.#closed) session.destroy();
        else this.#session = session;
        return session;
      } catch (error) {
        failure = error;
        this.#next = (this.#next + 1) % endpoints.length;
      }
    }
    const why = failure instanceof Error ? failure.message : 'the channel is closed';
    throw new GrpcError(GRPC.unavailable, `connection error: ${why}`, true);
  }

  #connectTo(endpoint: string): Promise<ClientHttp2Session> {
    return new Promise((resolve, reject) => {
      const { clock, tls } = this.#options;
      const session = connect(endpoint, { ...tls, settings: { initialWindowSize: WINDOW_BYTES, enablePush: false } });
      const fail = (why: string): void => {
        cancel();
        session.destroy();
        reject(new Error(`${endpoint}: ${why}`));
      };
      const cancel = clock.schedule(CONNECT_MS, () => fail(`no answer within ${CONNECT_MS / 1000} s`));
      session.on('error', (error) => fail(error.message || String((error as NodeJS.ErrnoException).code)));
      session.once('connect', () => session.setLocalWindowSize(WINDOW_BYTES));
      // Whoever does not speak HTTP/2 sends no settings.
      session.once('remoteSettings', () => {
        cancel();
        this.#keepAlive(session);
        resolve(session);
      });
      session.on('close', () => {
        fail('the connection was closed');
        if (this.#session === session) this.#session = undefined;
      });
      session.on('goaway', () => {
        if (this.#session === session) this.#session = undefined;
      });
    });
  }

  /** Finds out that a server has gone without saying so. */
  #keepAlive(session: ClientHttp2Session): void {
    const { clock } = this.#options;
    let cancel: Cancel = clock.schedule(PING_MS, ask);
    session.once('close', () => cancel());
    function ask(): void {
      cancel = clock.schedule(PONG_MS, () => session.destroy());
      session.ping(() => {
        cancel();
        if (!session.destroyed) cancel = clock.schedule(PING_MS, ask);
      });
    }
  }
}

function errorOf(code: number, message: string | string[] | undefined): GrpcError | undefined {
  if (code === 0) return undefined;
  const text = String(message ?? '');
  try {
    return new GrpcError(code, decodeURIComponent(text));
  } catch {
    return new GrpcError(code, text);
  }
}
