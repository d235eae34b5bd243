import type { TLSSocket } from 'node:tls';
import { FrameReader } from '../../base/http2/frame-reader.ts';
import { type HeaderBlock, HeaderBlocks } from '../../base/http2/header-blocks.ts';
import { Output } from '../../base/http2/output.ts';
import { isSettingsAck, pongTo, streamIn, windowIn, withoutPadding } from '../../base/http2/payloads.ts';
import { PeerSettings } from '../../base/http2/peer-settings.ts';
import {
  CODE,
  ConnectionError,
  FLAG,
  FRAME,
  FRAME_HEADER_BYTES,
  headerFrames,
  SETTING,
  settingsFrame,
  WINDOW_BYTES,
  WINDOW_MAX,
  wordsFrame,
  writeFrameHeader,
} from '../../base/http2/protocol.ts';
import { ReceiveWindow } from '../../base/http2/receive-window.ts';
import type { Awaited } from '../../base/rounds.ts';
import { LIMITS } from '../../kube/limits.ts';
import type { RawRequest, RawResponse } from '../exchange.ts';
import { AnsweredEarly, type Discarded } from './answered-early.ts';
import { Patience, type Phase } from './patience.ts';
import { requestHead } from './request-head.ts';
import { Http2Stream, type StreamCarrier } from './stream.ts';
import { Turns } from './turns.ts';

/** Answers a request. */
export type Serve = (request: RawRequest, response: RawResponse, url: string) => void;

const SETTINGS = settingsFrame([
  [SETTING.maxConcurrentStreams, LIMITS.http2Streams],
  [SETTING.initialWindowSize, LIMITS.http2WindowBytes],
  [SETTING.maxHeaderListSize, LIMITS.headerBytes],
]);
const SETTINGS_ACK = wordsFrame(FRAME.settings, FLAG.ack, 0);
const TOO_LARGE = 'Request Header Fields Too Large';

/**
 * The server's side of a connection of HTTP/2 (RFC 9113). Not `node:http2`: it makes two streams, a dozen objects and
 * several calls into native code of every request, which is more work than answering it.
 */
export class Http2Connection implements StreamCarrier, Awaited {
  readonly socket: TLSSocket;
  readonly #serve: Serve;
  readonly #output: Output;
  readonly #peer = new PeerSettings();
  readonly #blocks = new HeaderBlocks({ bytes: LIMITS.headerBytes, frames: LIMITS.http2HeaderFrames });
  readonly #streams = new Map<number, Http2Stream>();
  /** Streams with something to send that the window of the connection, or the socket, has no room for. */
  #waiting = new Set<Http2Stream>();
  readonly #answeredEarly = new AnsweredEarly();
  readonly #turns = new Turns();
  readonly #reader = new FrameReader(
    (type, flags, id, payload) => this.#frame(type, flags, id, payload),
    this.#turns,
    () => setImmediate(() => this.#read(() => this.#reader.goOn())),
  );
  readonly #patience = new Patience();
  #lastId = 0;
  #sendWindow = WINDOW_BYTES;
  readonly #receiveWindow = new ReceiveWindow(LIMITS.http2WindowBytes);
  #answered = 0;
  #resets = 0;
  #hasSettings = false;
  /** Whether the client has been told to send no more requests. */
  #isLeaving = false;
  #isOver = false;

  constructor(socket: TLSSocket, serve: Serve) {
    this.socket = socket;
    this.#serve = serve;
    this.#output = new Output(socket, LIMITS.http2UnreadBytes, () => this.#pumpAll());
    socket.setNoDelay(true);
    socket.on('error', () => undefined); // a client that goes away is no error of ours
    socket.on('close', () => this.#close());
    socket.on('data', (chunk: Buffer) => this.#read(() => this.#reader.read(chunk)));
    this.#output.put(SETTINGS);
    this.#output.put(wordsFrame(FRAME.windowUpdate, 0, 0, LIMITS.http2WindowBytes - WINDOW_BYTES));
  }

  #read(read: () => void): void {
    if (this.#isOver) return;
    try {
      read();
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#goAway(error);
    }
  }

  #close(): void {
    this.#isOver = true;
    for (const stream of this.#streams.values()) stream.gone();
  }

  #goAway(error: ConnectionError): void {
    this.#output.put(wordsFrame(FRAME.goAway, 0, 0, this.#lastId, error.code));
    this.#leave();
  }

  /** Tells the client which of its requests were the last that are answered. */
  end(): void {
    if (this.#isOver || this.#isLeaving) return;
    this.#isLeaving = true;
    this.#output.put(wordsFrame(FRAME.goAway, 0, 0, this.#lastId, CODE.noError));
    this.#output.flush();
  }

  breakOff(): void {
    this.#leave();
    this.socket.destroySoon();
  }

  /** Says nothing more. What still comes is read: the system would throw away what it has for whoever is not read. */
  #leave(): void {
    this.#isOver = true;
    this.#output.flush();
    this.socket.end();
    for (const stream of this.#streams.values()) stream.gone();
  }

  look(): void {
    const phase = this.#phase();
    if (!this.#patience.isOver(phase, this.#lastId)) return;
    if (phase === 'request') this.end();
    else if (phase === 'end') this.socket.destroy();
    else this.#leave();
  }

  #phase(): Phase {
    if (this.#isOver) return 'end';
    if (!this.#reader.isBegun) return 'preface';
    if (!this.#hasSettings) return 'first frame';
    if (this.#streams.size > 0) return 'answer';
    return this.#isLeaving ? 'goodbye' : 'request';
  }

  #frame(type: number, flags: number, id: number, payload: Buffer): void {
    if (this.#isOver) return;
    if (this.#blocks.isOpen && type !== FRAME.continuation)
      throw new ConnectionError(CODE.protocolError, 'a frame in the middle of a header block');
    if (!this.#hasSettings) {
      if (type !== FRAME.settings) throw new ConnectionError(CODE.protocolError, 'no settings');
      this.#hasSettings = true;
    }
    if (type === FRAME.data) this.#data(flags, id, payload);
    else if (type === FRAME.headers) this.#block(id, this.#blocks.begin(flags, id, payload));
    else if (type === FRAME.continuation) this.#block(id, this.#blocks.goOn(flags, id, payload));
    else if (type === FRAME.windowUpdate) this.#windowUpdate(id, payload);
    else if (type === FRAME.reset) this.#resetByClient(id, payload);
    else if (type === FRAME.settings) this.#settings(flags, id, payload);
    else if (type === FRAME.ping) this.#ping(flags, id, payload);
    else if (type === FRAME.priority) this.#priority(id, payload);
    else if (type === FRAME.goAway && id !== 0) throw new ConnectionError(CODE.protocolError, 'a goodbye of a stream');
    else if (type === FRAME.goAway) this.end();
    else if (type === FRAME.pushPromise) throw new ConnectionError(CODE.protocolError, 'a push of a client');
  }

  #data(flags: number, id: number, payload: Buffer): void {
    if (this.#isIdle(id)) return;
    const given = this.#receiveWindow.take(payload.length);
    if (given > 0) this.#output.put(wordsFrame(FRAME.windowUpdate, 0, 0, given));
    const piece = (flags & FLAG.padded) === 0 ? payload : withoutPadding(payload);
    const stream = this.#streams.get(id);
    const isEnd = (flags & FLAG.endStream) !== 0;
    if (!stream) {
      if (this.#answeredEarly.has(id))
        this.#discarded(id, payload.length, this.#answeredEarly.discard(id, payload.length, isEnd));
      else this.#give(id, CODE.streamClosed);
      return;
    }
    stream.arrive(piece, payload.length, isEnd);
    if (!stream.collecting || stream.isGone) return;
    if (!isEnd) stream.collects(payload.length);
    else {
      stream.collected();
      this.#serve(stream, stream, stream.url);
    }
  }

  /**
   * Whether it is to be left out: what comes of requests behind those that were the last.
   *
   * @throws ConnectionError for frames of a stream that has not begun
   */
  #isIdle(id: number): boolean {
    if (id !== 0 && id <= this.#lastId) return false;
    if (id !== 0 && this.#isLeaving) return true;
    throw new ConnectionError(CODE.protocolError, 'a frame of no stream');
  }

  drain(stream: Http2Stream, bytes: number): void {
    if (!this.#answeredEarly.add(stream.id, stream.sendWindow)) this.reset(stream, CODE.noError);
    if (bytes > 0) this.credit(stream, bytes);
  }

  #discarded(id: number, bytes: number, what: Discarded): void {
    if (what === 'more' && bytes > 0) this.#output.put(wordsFrame(FRAME.windowUpdate, 0, id, bytes));
    else if (what === 'too much') this.#give(id, CODE.noError);
    else if (what === 'window too large') this.#give(id, CODE.flowControlError);
  }

  /** Resets a stream, whether it is open or not. */
  #give(id: number, code: number): void {
    this.#output.put(wordsFrame(FRAME.reset, 0, id, code));
    this.#answeredEarly.delete(id);
    this.#streams.get(id)?.gone();
  }

  credit(stream: Http2Stream, bytes: number): void {
    this.#output.put(wordsFrame(FRAME.windowUpdate, 0, stream.id, bytes));
  }

  /** A header block, once it is complete. */
  #block(id: number, block: HeaderBlock | undefined): void {
    if (!block) return;
    const { fields, isEnd, dependsOn } = block;
    if ((id & 1) === 0) throw new ConnectionError(CODE.protocolError, 'a stream with an even number');
    if (id <= this.#lastId) {
      this.#trailers(id, block);
      return;
    }
    if (this.#isLeaving) return;
    this.#lastId = id;
    const head = requestHead(fields.list);
    if (!head || dependsOn === id || (isEnd && (head.contentLength ?? 0) > 0)) {
      this.#give(id, fields.isTooLarge ? CODE.refusedStream : CODE.protocolError);
      return;
    }
    if (this.#streams.size >= LIMITS.http2Streams) {
      this.#give(id, CODE.refusedStream);
      return;
    }
    const stream = new Http2Stream(id, head, isEnd, this.#peer.initialWindow, this);
    this.#streams.set(id, stream);
    this.#turns.take();
    if (fields.isTooLarge) stream.answer(431, { 'content-type': 'text/plain' }, Buffer.from(TOO_LARGE));
    else {
      if (head.headers.expect === '100-continue' && !isEnd) stream.sendContinue();
      if (!stream.collecting) this.#serve(stream, stream, head.url);
    }
  }

  /** Nobody asks for them, but they have to be some. */
  #trailers(id: number, { fields, isEnd }: HeaderBlock): void {
    const stream = this.#streams.get(id);
    // As Go's server: of streams that are over, and of those that were left out, only the last number is known.
    if (!stream && !this.#answeredEarly.has(id))
      throw new ConnectionError(CODE.protocolError, 'a stream that is not behind the last one');
    if (stream?.isComplete) this.#give(id, CODE.streamClosed);
    else if (!isEnd || fields.list.some((name, i) => i % 2 === 0 && name.startsWith(':')))
      this.#give(id, CODE.protocolError);
    else this.#data(FLAG.endStream, id, NOTHING);
  }

  /** Nobody goes by it any more (RFC 9113, section 5.3.2), but it has to be one. */
  #priority(id: number, payload: Buffer): void {
    if (id === 0) throw new ConnectionError(CODE.protocolError, 'a priority of no stream');
    if (payload.length !== 5) throw new ConnectionError(CODE.frameSizeError, 'a priority of the wrong size');
    if (streamIn(payload, 0) === id) this.#give(id, CODE.protocolError);
  }

  #windowUpdate(id: number, payload: Buffer): void {
    const bytes = windowIn(payload);
    if (bytes === 0 && id === 0) throw new ConnectionError(CODE.protocolError, 'a window that does not grow');
    if (id === 0) {
      this.#sendWindow += bytes;
      if (this.#sendWindow > WINDOW_MAX) throw new ConnectionError(CODE.flowControlError, 'a window too large');
      this.#pumpAll();
      return;
    }
    if (this.#isIdle(id)) return;
    const stream = this.#streams.get(id);
    if (bytes === 0) this.#give(id, CODE.protocolError);
    else if (!stream) this.#discarded(id, 0, this.#answeredEarly.widen(id, bytes));
    else {
      stream.sendWindow += bytes;
      if (stream.sendWindow > WINDOW_MAX) this.#give(id, CODE.flowControlError);
      else this.pump(stream);
    }
  }

  #resetByClient(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionError(CODE.frameSizeError, 'a reset of the wrong size');
    if (this.#isIdle(id)) return;
    this.#answeredEarly.delete(id);
    const stream = this.#streams.get(id);
    if (!stream) return;
    if (!stream.headersSent) this.#resets += 1;
    if (this.#resets > LIMITS.http2Resets + this.#answered)
      throw new ConnectionError(CODE.enhanceYourCalm, 'requests that nobody waits for');
    stream.gone();
  }

  #settings(flags: number, id: number, payload: Buffer): void {
    if (isSettingsAck(flags, id, payload)) return;
    const grown = this.#peer.read(payload);
    for (const stream of this.#streams.values()) {
      stream.sendWindow += grown;
      if (stream.sendWindow > WINDOW_MAX) throw new ConnectionError(CODE.flowControlError, 'a window too large');
    }
    this.#output.put(SETTINGS_ACK);
    if (grown > 0) for (const stream of this.#streams.values()) this.pump(stream);
  }

  #ping(flags: number, id: number, payload: Buffer): void {
    const answer = pongTo(flags, id, payload);
    if (answer) this.#output.put(answer);
  }

  sendHead(stream: Http2Stream, block: Buffer, isEnd: boolean): void {
    this.#turns.answered(block.length);
    this.#output.put(this.#headFrames(stream, block, isEnd, 0));
  }

  sendWhole(stream: Http2Stream, block: Buffer, body: Buffer): void {
    const { length } = body;
    const window = Math.min(this.#sendWindow, stream.sendWindow, this.#peer.frameBytes);
    if (length > window || this.#output.isFull) {
      this.sendHead(stream, block, false);
      stream.send(body, () => undefined);
      stream.end(() => undefined);
      return;
    }
    this.#turns.answered(length);
    const frames = this.#headFrames(stream, block, false, FRAME_HEADER_BYTES);
    writeFrameHeader(frames, frames.length - FRAME_HEADER_BYTES, length, FRAME.data, FLAG.endStream, stream.id);
    this.#sendWindow -= length;
    this.#output.put(frames);
    this.#output.put(body);
    stream.hasEnded();
  }

  #headFrames(stream: Http2Stream, block: Buffer, isEnd: boolean, room: number): Buffer {
    if (stream.headersSent) this.#answered += 1;
    return headerFrames(stream.id, block, isEnd, room);
  }

  pump(stream: Http2Stream): void {
    while (stream.pendingBytes > 0) {
      const room = Math.min(this.#sendWindow, stream.sendWindow, this.#peer.frameBytes);
      if (room <= 0 || this.#output.isFull) {
        // A stream whose own window is closed hears of it.
        if (stream.sendWindow > 0) this.#waiting.add(stream);
        return;
      }
      const piece = stream.take(room);
      this.#sendWindow -= piece.length;
      stream.sendWindow -= piece.length;
      this.#sendData(stream, piece, stream.isEnding && stream.pendingBytes === 0);
    }
    this.#waiting.delete(stream);
    if (stream.isGone) return;
    if (stream.isEnding) {
      if (!stream.hasSentEnd) this.#sendData(stream, NOTHING, true);
      stream.hasEnded();
    } else stream.wasTaken();
  }

  #sendData(stream: Http2Stream, piece: Buffer, isEnd: boolean): void {
    const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
    writeFrameHeader(header, 0, piece.length, FRAME.data, isEnd ? FLAG.endStream : 0, stream.id);
    this.#output.put(header);
    if (piece.length > 0) this.#output.put(piece);
    stream.hasSentEnd = isEnd;
  }

  #pumpAll(): void {
    if (this.#waiting.size === 0) return;
    const waiting = this.#waiting;
    // Those that have to go on waiting are in the new one.
    this.#waiting = new Set();
    for (const stream of waiting) this.pump(stream);
  }

  reset(stream: Http2Stream, code: number): void {
    this.#output.put(wordsFrame(FRAME.reset, 0, stream.id, code));
  }

  forget(stream: Http2Stream): void {
    this.#streams.delete(stream.id);
    this.#waiting.delete(stream);
  }
}

const NOTHING = Buffer.alloc(0);
