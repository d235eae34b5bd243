/** A request and its response whose connection is in a worker. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { Duplex, type Readable, type Writable } from 'node:stream';
import type { HangUpScope } from '../../pipeline/request.ts';
import type { DirectAnswer, RawRequest, RawResponse } from '../exchange.ts';
import type { FrameSink } from '../watch-writer.ts';
import { type Outbox, TO_CLIENT } from './batch.ts';
import { headerLines, headersOf, partsOf } from './header-lines.ts';

/** Written bytes that may be on their way; whoever writes more waits. */
const WINDOW_BYTES = 1 << 20;

/** Bytes of one exchange or tunnel: those of its client are read here, and what is written goes to it. */
export class RemoteStream extends Duplex {
  readonly #id: number;
  readonly #outbox: Outbox;
  /** How much may be under way when what was written counts as gone. */
  readonly #window: number;
  /** Bytes that were written and have not left yet. */
  #underWay = 0;
  #go: (() => void) | undefined;
  /** Bytes that the worker does not know yet to be read. */
  #owed = 0;
  #isGone = false;

  /** @param window 0 for whoever destroys a connection once what was written has left */
  constructor(id: number, outbox: Outbox, window = WINDOW_BYTES) {
    super({ allowHalfOpen: true });
    this.#window = window;
    this.#id = id;
    this.#outbox = outbox;
    this.on('error', () => undefined); // a client that goes away is no error of ours
  }

  /** A piece of what the client sends. */
  arrived(bytes: Buffer): void {
    if (this.destroyed) return;
    this.#owed += bytes.length;
    if (this.push(bytes)) this.#settleDebt();
  }

  /** The worker has written something out. */
  left(bytes: number): void {
    this.#underWay -= bytes;
    if (this.#underWay > this.#window) return;
    const go = this.#go;
    this.#go = undefined;
    go?.();
  }

  /** The worker knows nothing of it any more. */
  gone(error?: Error): void {
    this.#isGone = true;
    this.destroy(error);
  }

  override _read(): void {
    this.#settleDebt();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#underWay += chunk.length;
    this.#outbox.put(TO_CLIENT.write, this.#id, this.#outbox.place(chunk), chunk.length);
    if (this.#underWay <= this.#window) done();
    else this.#go = done;
  }

  override _writev(chunks: readonly { chunk: Buffer | string; encoding: BufferEncoding }[], done: () => void): void {
    const pieces = chunks.map(({ chunk, encoding }) =>
      typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk,
    );
    this._write(Buffer.concat(pieces), 'binary', done);
  }

  override _final(done: () => void): void {
    this.#outbox.put(TO_CLIENT.end, this.#id);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#isGone) this.#outbox.put(TO_CLIENT.destroy, this.#id);
    done(error);
  }

  #settleDebt(): void {
    if (this.#owed === 0) return;
    this.#outbox.put(TO_CLIENT.read, this.#id, this.#owed);
    this.#owed = 0;
  }
}

export interface RemoteHead {
  readonly method: string;
  readonly headers: string;
  readonly rawHeaders: string;
  readonly connection: object;
  readonly bytes: Buffer | undefined;
  readonly isOpen: boolean;
}

/** Most requests are answered in one go, and never have streams. */
export class RemoteExchange implements RawRequest, RawResponse, DirectAnswer {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly connection: object;
  readonly bytes: Buffer | undefined;
  readonly isOpen: boolean;
  readonly socket = undefined;
  headersSent = false;
  isGone = false;
  readonly #rawHeaders: string;
  readonly #headers: string;
  readonly #id: number;
  readonly #outbox: Outbox;
  readonly #forget: (id: number) => void;
  #stream: RemoteStream | undefined;
  #backlog = 0;
  #drained: (() => void) | undefined;

  constructor(id: number, head: RemoteHead, outbox: Outbox, forget: (id: number) => void) {
    this.#id = id;
    this.#outbox = outbox;
    this.#forget = forget;
    this.method = head.method;
    this.connection = head.connection;
    this.bytes = head.bytes;
    this.isOpen = head.isOpen;
    this.#headers = head.headers;
    this.#rawHeaders = head.rawHeaders;
    this.headers = headersOf(head.headers) as IncomingHttpHeaders;
  }

  get rawHeaders(): readonly string[] {
    return partsOf(this.#rawHeaders || this.#headers);
  }

  get direct(): DirectAnswer {
    return this;
  }

  get body(): Readable {
    return this.stream;
  }

  get channel(): Writable {
    return this.stream;
  }

  get stream(): RemoteStream {
    if (!this.#stream) {
      this.#stream = new RemoteStream(this.#id, this.#outbox);
      if (this.isGone) this.#stream.gone();
    }
    return this.#stream;
  }

  writeHead(status: number, headers: OutgoingHttpHeaders): void {
    const lines = headerLines(headers);
    this.headersSent = true;
    this.#outbox.put(TO_CLIENT.head, this.#id, status, lines);
  }

  flush(): void {
    this.#outbox.put(TO_CLIENT.flush, this.#id);
  }

  answer(status: number, headers: OutgoingHttpHeaders, body: Buffer | undefined): void {
    const lines = headerLines(headers);
    this.headersSent = true;
    const place = body ? this.#outbox.place(body) : -1;
    this.#outbox.put(TO_CLIENT.answer, this.#id, status, lines, place, body?.length ?? 0);
    this.#forget(this.#id);
    this.gone();
  }

  breakOff(scope: HangUpScope): void {
    this.#outbox.put(TO_CLIENT.breakOff, this.#id, scope === 'connection' ? 1 : 0);
  }

  /** For frames that many are sent. */
  sink(): FrameSink {
    const { stream } = this;
    return {
      write: (frame) => {
        if (stream.destroyed) return;
        this.#outbox.put(TO_CLIENT.frame, this.#id, this.#outbox.sharedPlace(frame), frame.length);
      },
      joins: true,
      backlog: () => this.#backlog,
      drained: () => {
        if (this.#backlog === 0 || stream.destroyed) return undefined;
        return new Promise((resolve) => {
          this.#drained = resolve;
        });
      },
      end: () => {
        if (!stream.destroyed) stream.end();
      },
      abort: () => stream.destroy(),
      breakOff: (scope, part) => {
        if (stream.destroyed) return;
        this.#outbox.put(TO_CLIENT.frame, this.#id, this.#outbox.place(part), part.length);
        this.breakOff(scope);
      },
    };
  }

  /** How much the worker still has for this client. */
  behind(bytes: number): void {
    this.#backlog = bytes;
    if (bytes === 0) this.#goOn();
  }

  #goOn(): void {
    this.#drained?.();
    this.#drained = undefined;
  }

  /** The client has gone, or has everything. */
  gone(): void {
    this.isGone = true;
    this.#stream?.gone();
    this.#goOn();
  }
}
