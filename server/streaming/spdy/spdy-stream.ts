import { Duplex } from 'node:stream';
import { LIMITS } from '../../kube/limits.ts';
import type { Headers } from './header-blocks.ts';

/** What a stream needs of its connection. */
export interface StreamCarrier {
  sendData(stream: SpdyStream, chunk: Buffer, done: () => void): void;
  sendEnd(stream: SpdyStream): void;
  /** Room has come for what the client sends. */
  drained(stream: SpdyStream): void;
  /** The stream is of no use any more. */
  forget(stream: SpdyStream): void;
}

/** One stream of a SPDY connection. Destroying it resets it, unless both sides have ended it. */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: Headers;
  /** Bytes that the client has not been told to be taken. */
  owedBytes = 0;
  #isEnded = false;
  #isEndedByClient = false;
  readonly #carrier: StreamCarrier;

  constructor(id: number, headers: Headers, carrier: StreamCarrier) {
    super({ readableHighWaterMark: LIMITS.streamBacklogBytes });
    this.id = id;
    this.headers = headers;
    this.#carrier = carrier;
    // Whoever reads learns of the end by `close`; an error of one stream is none of the process.
    this.on('error', () => undefined);
  }

  /** Whether nobody will send anything any more. */
  get isOver(): boolean {
    return this.#isEnded && this.#isEndedByClient;
  }

  /** @returns false when the client should wait */
  receive(piece: Buffer): boolean {
    if (this.destroyed || this.#isEndedByClient) return true;
    return this.push(piece);
  }

  receiveEnd(): void {
    if (this.#isEndedByClient) return;
    this.#isEndedByClient = true;
    if (!this.destroyed) this.push(null);
  }

  receiveReset(): void {
    this.#isEnded = true;
    this.#isEndedByClient = true;
    this.destroy();
  }

  override _read(): void {
    this.#carrier.drained(this);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#carrier.sendData(this, chunk, done);
  }

  override _final(done: () => void): void {
    this.#isEnded = true;
    this.#carrier.sendEnd(this);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#carrier.forget(this);
    done(error);
  }
}
