import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { CODE, ConnectionError } from '../../base/http2/protocol.ts';
import { LIMITS } from '../../kube/limits.ts';
import type { HangUpScope } from '../../pipeline/request.ts';
import type { DirectAnswer, RawRequest, RawResponse } from '../exchange.ts';
import type { FrameSink } from '../watch-writer.ts';
import { headBlock } from './hpack-encoder.ts';
import type { RequestHead } from './request-head.ts';
import { type BodySide, StreamBody } from './stream-body.ts';

/** What a stream needs of its connection. */
export interface StreamCarrier {
  readonly socket: Socket;
  /** The head of an answer, and all of its body where that is to be sent at once. */
  sendHead(stream: Http2Stream, block: Buffer, isEnd: boolean): void;
  sendWhole(stream: Http2Stream, block: Buffer, body: Buffer): void;
  /** There is something to send. */
  pump(stream: Http2Stream): void;
  reset(stream: Http2Stream, code: number): void;
  /**
   * The answer is complete, and the request is not: what comes of it is discarded, up to a limit.
   *
   * @param bytes what has come already and nobody has read
   */
  drain(stream: Http2Stream, bytes: number): void;
  /** The client may send so much more of a request. */
  credit(stream: Http2Stream, bytes: number): void;
  /** Both sides have said everything, or one has given up. */
  forget(stream: Http2Stream): void;
  /** Ends the connection behind what was sent. */
  breakOff(): void;
}

/** Nobody reads the bodies of some requests, which are answered without waiting for them. */
const isAwaited = ({ method, contentLength }: RequestHead): boolean =>
  contentLength !== undefined && contentLength <= LIMITS.bodyBytes && method !== 'GET' && method !== 'HEAD';

const CONTINUE: OutgoingHttpHeaders = {};
/** Most streams never have any: nobody may put something there. */
const NONE: Buffer[] = [];

/** A request and its answer. Most requests are taken and answered in one go, and never have streams of Node's. */
export class Http2Stream implements RawRequest, RawResponse, DirectAnswer, BodySide {
  readonly id: number;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly isOpen: boolean;
  readonly url: string;
  /** Whether it is served when all of its body is there: only then anybody looks at it. */
  readonly collecting: boolean;
  /** Whether the frame that ends the answer has been sent. */
  hasSentEnd = false;
  readonly #carrier: StreamCarrier;
  readonly #contentLength: number | undefined;
  bytes: Buffer | undefined;
  headersSent = false;
  isGone = false;
  /** How much the client takes of the answer now. */
  sendWindow: number;
  /** What waits for the client to take it. */
  pendingBytes = 0;
  /** Whether nothing comes behind what waits. */
  isEnding = false;
  #pending: Buffer[] = NONE;
  #receiveWindow = LIMITS.http2WindowBytes;
  /** What has come of the request and nobody has read. */
  #arrived: Buffer[] = NONE;
  #receivedBytes = 0;
  /** Whether all of the request is there. */
  isComplete: boolean;
  #owed = 0;
  #body: StreamBody | undefined;
  #onTaken: (() => void)[] | undefined;
  #onEnded: (() => void) | undefined;

  constructor(id: number, head: RequestHead, isComplete: boolean, sendWindow: number, carrier: StreamCarrier) {
    this.id = id;
    this.method = head.method;
    this.headers = head.headers;
    this.rawHeaders = head.rawHeaders;
    this.url = head.url;
    this.collecting = !isComplete && isAwaited(head);
    this.#contentLength = head.contentLength;
    this.isOpen = !isComplete;
    this.isComplete = isComplete;
    this.sendWindow = sendWindow;
    this.#carrier = carrier;
  }

  get connection(): object {
    return this.#carrier;
  }

  get socket(): Socket {
    return this.#carrier.socket;
  }

  get direct(): DirectAnswer {
    return this;
  }

  get body(): Readable {
    return this.#stream();
  }

  get channel(): Writable {
    return this.#stream();
  }

  #stream(): StreamBody {
    if (this.#body) return this.#body;
    const body = new StreamBody(this);
    this.#body = body;
    if (this.isGone) body.destroy();
    else {
      for (const piece of this.#arrived) this.#pass(body, piece);
      this.#arrived = NONE;
      // Whoever reads it piece by piece though it is there as a whole.
      if (this.bytes?.length) body.push(this.bytes);
      if (this.isComplete) body.push(null);
    }
    return body;
  }

  /** Says that the body is wanted (RFC 9110, section 10.1.1). */
  sendContinue(): void {
    this.#carrier.sendHead(this, headBlock(100, CONTINUE), false);
  }

  writeHead(status: number, headers: OutgoingHttpHeaders): void {
    if (this.isGone) return;
    const block = headBlock(status, headers);
    this.headersSent = true;
    this.#carrier.sendHead(this, block, false);
  }

  flush(): void {
    // The head goes as it is.
  }

  answer(status: number, headers: OutgoingHttpHeaders, body: Buffer | undefined): void {
    if (this.isGone) return;
    const block = headBlock(status, headers);
    this.headersSent = true;
    if (body && body.length > 0) this.#carrier.sendWhole(this, block, body);
    else {
      this.#carrier.sendHead(this, block, true);
      this.hasEnded();
    }
  }

  breakOff(scope: HangUpScope): void {
    if (scope === 'connection') this.#carrier.breakOff();
    // What Go's server sends for a handler that aborts.
    else this.#give(CODE.internalError);
  }

  sink(): FrameSink {
    return {
      write: (frame) => this.#put(frame),
      joins: true,
      backlog: () => this.pendingBytes,
      drained: () => {
        if (this.pendingBytes === 0 || this.isGone) return undefined;
        return new Promise((resolve) => this.#whenTaken(resolve));
      },
      end: () => this.end(() => undefined),
      abort: () => this.#give(CODE.internalError),
      breakOff: (scope, part) => {
        this.#put(part);
        this.breakOff(scope);
      },
    };
  }

  #put(piece: Buffer): void {
    if (this.isGone || piece.length === 0) return;
    if (this.#pending === NONE) this.#pending = [piece];
    else this.#pending.push(piece);
    this.pendingBytes += piece.length;
    this.#carrier.pump(this);
  }

  send(piece: Buffer, taken: () => void): void {
    this.#put(piece);
    if (this.pendingBytes === 0 || this.isGone) taken();
    else this.#whenTaken(taken);
  }

  #whenTaken(taken: () => void): void {
    this.#onTaken ??= [];
    this.#onTaken.push(taken);
  }

  end(ended: () => void): void {
    if (this.isGone) ended();
    else {
      this.isEnding = true;
      this.#onEnded = ended;
      this.#carrier.pump(this);
    }
  }

  /** What is there of what waits, up to so many bytes. Somebody waits. */
  take(bytesMax: number): Buffer {
    const first = this.#pending[0] as Buffer; // pendingBytes says so
    const piece = first.length <= bytesMax ? first : first.subarray(0, bytesMax);
    if (piece === first) this.#pending.shift();
    else this.#pending[0] = first.subarray(bytesMax);
    this.pendingBytes -= piece.length;
    return piece;
  }

  /** Nothing waits any more. */
  wasTaken(): void {
    const waiting = this.#onTaken;
    if (!waiting) return;
    this.#onTaken = undefined;
    for (const taken of waiting) taken();
  }

  /** The answer is complete. */
  hasEnded(): void {
    // A reset right behind the answer would make clients such as curl forget the answer.
    if (!this.isComplete) this.#carrier.drain(this, LIMITS.http2WindowBytes - this.#receiveWindow);
    this.#over();
  }

  /** A piece of the request. @throws ConnectionError for more than was allowed */
  arrive(piece: Buffer, bytes: number, isEnd: boolean): void {
    if (this.isComplete) {
      this.#give(CODE.streamClosed);
      return;
    }
    this.#receiveWindow -= bytes;
    if (this.#receiveWindow < 0) throw new ConnectionError(CODE.flowControlError, 'more than the window of a stream');
    this.#receivedBytes += piece.length;
    const length = this.#contentLength;
    if (length !== undefined && (this.#receivedBytes > length || (isEnd && this.#receivedBytes < length))) {
      this.#give(CODE.protocolError);
      return;
    }
    this.isComplete = isEnd;
    if (this.#body) this.#pass(this.#body, piece);
    else if (piece.length > 0) {
      if (this.#arrived === NONE) this.#arrived = [piece];
      else this.#arrived.push(piece);
    }
    if (isEnd) this.#body?.push(null);
  }

  #pass(body: StreamBody, piece: Buffer): void {
    this.#owed += piece.length;
    if (piece.length === 0 || body.push(piece)) this.wantsMore();
  }

  wantsMore(): void {
    if (this.#owed === 0 || this.isGone || this.isComplete) return;
    this.#credit(this.#owed);
    this.#owed = 0;
  }

  #credit(bytes: number): void {
    this.#receiveWindow += bytes;
    this.#carrier.credit(this, bytes);
  }

  /** For a body that is only looked at when it is complete: the client may send on. */
  collects(bytes: number): void {
    if (!this.isComplete && !this.isGone) this.#credit(bytes);
  }

  /** All of the request is there. */
  collected(): void {
    const pieces = this.#arrived;
    this.#arrived = NONE;
    this.bytes = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
  }

  /** Gives up, and says so. */
  #give(code: number): void {
    if (this.isGone) return;
    this.#carrier.reset(this, code);
    this.#over();
  }

  /** Whoever had its streams has destroyed them. */
  abandon(): void {
    // Without an end, the client would take a part for the whole.
    this.#give(CODE.internalError);
  }

  /** The client has gone, or has given up. */
  gone(): void {
    if (!this.isGone) this.#over();
  }

  #over(): void {
    this.isGone = true;
    this.#pending = NONE;
    this.pendingBytes = 0;
    this.#arrived = NONE;
    this.#carrier.forget(this);
    this.wasTaken();
    const ended = this.#onEnded;
    this.#onEnded = undefined;
    ended?.();
    const body = this.#body;
    if (!body || body.destroyed) return;
    if (body.writableEnded && !body.writableFinished) body.once('finish', () => body.destroy());
    else body.destroy(this.isComplete ? undefined : new Error('unexpected EOF'));
  }
}
