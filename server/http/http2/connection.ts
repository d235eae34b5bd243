import type { TLSSocket } from 'node:tls';
import { LIMITS } from '../../kube/limits.ts';
import type { RawRequest, RawResponse } from '../exchange.ts';
import { FrameReader } from './frame-reader.ts';
import { HeaderBlocks } from './header-blocks.ts';
import { Output } from './output.ts';
import { PeerSettings } from './peer-settings.ts';
import {
  CODE,
  ConnectionError,
  FLAG,
  FRAME,
  FRAME_BYTES,
  FRAME_HEADER_BYTES,
  SETTING,
  settingsFrame,
  WINDOW_BYTES,
  WINDOW_MAX,
  wordsFrame,
  writeFrameHeader,
} from './protocol.ts';
import { requestHead } from './request-head.ts';
import { Http2Stream, type StreamCarrier } from './stream.ts';

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
export class Http2Connection implements StreamCarrier {
  readonly socket: TLSSocket;
  readonly #serve: Serve;
  readonly #output: Output;
  readonly #peer = new PeerSettings();
  readonly #blocks = new HeaderBlocks(LIMITS.headerBytes);
  readonly #streams = new Map<number, Http2Stream>();
  /** Streams with something to send that the window of the connection, or the socket, has no room for. */
  #waiting = new Set<Http2Stream>();
  /** Requests that have their answers and are not complete, and how many more bytes of each will be discarded. */
  readonly #drained = new Map<number, number>();
  #lastId = 0;
  #sendWindow = WINDOW_BYTES;
  #receiveWindow = LIMITS.http2WindowBytes;
  /** What was received and may be sent again. */
  #owed = 0;
  #answered = 0;
  #resets = 0;
  #isOver = false;

  constructor(socket: TLSSocket, serve: Serve) {
    this.socket = socket;
    this.#serve = serve;
    this.#output = new Output(socket, () => this.#pumpAll());
    const reader = new FrameReader((type, flags, id, payload) => this.#frame(type, flags, id, payload));
    socket.setNoDelay(true);
    socket.on('error', () => undefined); // a client that goes away is no error of ours
    socket.on('close', () => this.#close());
    socket.on('data', (chunk: Buffer) => {
      if (this.#isOver) return;
      try {
        reader.read(chunk);
      } catch (error) {
        if (!(error instanceof ConnectionError)) throw error;
        this.#goAway(error);
      }
    });
    this.#output.put(SETTINGS);
    this.#output.put(wordsFrame(FRAME.windowUpdate, 0, 0, LIMITS.http2WindowBytes - WINDOW_BYTES));
  }

  #close(): void {
    this.#isOver = true;
    for (const stream of this.#streams.values()) stream.gone();
  }

  #goAway(error: ConnectionError): void {
    this.#output.put(wordsFrame(FRAME.goAway, 0, 0, this.#lastId, error.code));
    this.breakOff();
  }

  /** Tells the client which of its requests were the last that are answered. */
  end(): void {
    if (this.#isOver) return;
    this.#output.put(wordsFrame(FRAME.goAway, 0, 0, this.#lastId, CODE.noError));
    this.#output.flush();
  }

  breakOff(): void {
    this.#isOver = true;
    this.#output.flush();
    this.socket.destroySoon();
    for (const stream of this.#streams.values()) stream.gone();
  }

  #frame(type: number, flags: number, id: number, payload: Buffer): void {
    if (this.#blocks.isOpen && type !== FRAME.continuation)
      throw new ConnectionError(CODE.protocolError, 'a frame in the middle of a header block');
    if (type === FRAME.data) this.#data(flags, id, payload);
    else if (type === FRAME.headers) this.#block(id, this.#blocks.begin(flags, id, payload));
    else if (type === FRAME.continuation) this.#block(id, this.#blocks.goOn(flags, id, payload));
    else if (type === FRAME.windowUpdate) this.#windowUpdate(id, payload);
    else if (type === FRAME.reset) this.#resetByClient(id, payload);
    else if (type === FRAME.settings) this.#settings(flags, id, payload);
    else if (type === FRAME.ping) this.#ping(flags, id, payload);
    else if (type === FRAME.priority) checkPriority(id, payload);
    else if (type === FRAME.goAway && id !== 0) throw new ConnectionError(CODE.protocolError, 'a goodbye of a stream');
    else if (type === FRAME.pushPromise) throw new ConnectionError(CODE.protocolError, 'a push of a client');
  }

  #data(flags: number, id: number, payload: Buffer): void {
    if (id === 0 || id > this.#lastId) throw new ConnectionError(CODE.protocolError, 'data of no stream');
    this.#receiveWindow -= payload.length;
    if (this.#receiveWindow < 0) throw new ConnectionError(CODE.flowControlError, 'more than the window');
    this.#creditConnection(payload.length);
    const piece = (flags & FLAG.padded) === 0 ? payload : withoutPadding(payload);
    const stream = this.#streams.get(id);
    const isEnd = (flags & FLAG.endStream) !== 0;
    if (!stream) {
      this.#discard(id, payload.length, isEnd);
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

  drain(stream: Http2Stream, bytes: number): void {
    if (this.#drained.size < LIMITS.http2Streams) this.#drained.set(stream.id, LIMITS.bodyBytes);
    else this.reset(stream, CODE.noError);
    if (bytes > 0) this.credit(stream, bytes);
  }

  /** The rest of a request that has its answer: as much as any request may have. */
  #discard(id: number, bytes: number, isEnd: boolean): void {
    const left = this.#drained.get(id);
    if (left === undefined) return;
    if (!isEnd && left > bytes) {
      this.#drained.set(id, left - bytes);
      if (bytes > 0) this.#output.put(wordsFrame(FRAME.windowUpdate, 0, id, bytes));
      return;
    }
    this.#drained.delete(id);
    if (!isEnd) this.#output.put(wordsFrame(FRAME.reset, 0, id, CODE.noError));
  }

  /** In large steps: what is received is read, or kept within the windows of streams. */
  #creditConnection(bytes: number): void {
    this.#owed += bytes;
    if (this.#owed < LIMITS.http2WindowBytes >> 1) return;
    this.#output.put(wordsFrame(FRAME.windowUpdate, 0, 0, this.#owed));
    this.#receiveWindow += this.#owed;
    this.#owed = 0;
  }

  credit(stream: Http2Stream, bytes: number): void {
    this.#output.put(wordsFrame(FRAME.windowUpdate, 0, stream.id, bytes));
  }

  /** A header block, once it is complete. */
  #block(id: number, block: ReturnType<HeaderBlocks['begin']>): void {
    if (!block) return;
    const { fields, isEnd } = block;
    if (id <= this.#lastId) {
      // Trailers, which nobody asks for, or what was under way when the stream was closed.
      const stream = this.#streams.get(id);
      if (!stream) {
        this.#discard(id, 0, isEnd);
        return;
      }
      if (fields.list.some((name, i) => i % 2 === 0 && name.startsWith(':'))) {
        this.reset(stream, CODE.protocolError);
        stream.gone();
        return;
      }
      if (!isEnd) throw new ConnectionError(CODE.protocolError, 'headers in the middle of a body');
      this.#data(FLAG.endStream, id, Buffer.alloc(0));
      return;
    }
    if ((id & 1) === 0) throw new ConnectionError(CODE.protocolError, 'a stream with an even number');
    this.#lastId = id;
    const head = requestHead(fields.list);
    if (!head || (isEnd && (head.contentLength ?? 0) > 0)) {
      this.#output.put(wordsFrame(FRAME.reset, 0, id, fields.isTooLarge ? CODE.refusedStream : CODE.protocolError));
      return;
    }
    if (this.#streams.size >= LIMITS.http2Streams) {
      this.#output.put(wordsFrame(FRAME.reset, 0, id, CODE.refusedStream));
      return;
    }
    const stream = new Http2Stream(id, head, isEnd, this.#peer.initialWindow, this);
    this.#streams.set(id, stream);
    if (fields.isTooLarge) stream.answer(431, { 'content-type': 'text/plain' }, Buffer.from(TOO_LARGE));
    else {
      if (head.headers.expect === '100-continue' && !isEnd) stream.sendContinue();
      if (!stream.collecting) this.#serve(stream, stream, head.url);
    }
  }

  #windowUpdate(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionError(CODE.frameSizeError, 'a window of the wrong size');
    const bytes = payload.readUInt32BE() & WINDOW_MAX;
    if (bytes === 0) throw new ConnectionError(CODE.protocolError, 'a window that does not grow');
    if (id === 0) {
      this.#sendWindow += bytes;
      if (this.#sendWindow > WINDOW_MAX) throw new ConnectionError(CODE.flowControlError, 'a window too large');
      this.#pumpAll();
      return;
    }
    if (id > this.#lastId) throw new ConnectionError(CODE.protocolError, 'a window of no stream');
    const stream = this.#streams.get(id);
    if (!stream) return;
    stream.sendWindow += bytes;
    if (stream.sendWindow > WINDOW_MAX) throw new ConnectionError(CODE.flowControlError, 'a window too large');
    this.pump(stream);
  }

  #resetByClient(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionError(CODE.frameSizeError, 'a reset of the wrong size');
    if (id === 0 || id > this.#lastId) throw new ConnectionError(CODE.protocolError, 'a reset of no stream');
    this.#drained.delete(id);
    const stream = this.#streams.get(id);
    if (!stream) return;
    if (!stream.headersSent) this.#resets += 1;
    if (this.#resets > LIMITS.http2Resets + this.#answered)
      throw new ConnectionError(CODE.enhanceYourCalm, 'requests that nobody waits for');
    stream.gone();
  }

  #settings(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw new ConnectionError(CODE.protocolError, 'settings of a stream');
    const isAck = (flags & FLAG.ack) !== 0;
    if (payload.length % 6 !== 0 || (isAck && payload.length > 0))
      throw new ConnectionError(CODE.frameSizeError, 'settings of the wrong size');
    if (isAck) return;
    const grown = this.#peer.read(payload);
    for (const stream of this.#streams.values()) {
      stream.sendWindow += grown;
      if (stream.sendWindow > WINDOW_MAX) throw new ConnectionError(CODE.flowControlError, 'a window too large');
    }
    this.#output.put(SETTINGS_ACK);
    if (grown > 0) for (const stream of this.#streams.values()) this.pump(stream);
  }

  #ping(flags: number, id: number, payload: Buffer): void {
    if (id !== 0) throw new ConnectionError(CODE.protocolError, 'a ping of a stream');
    if (payload.length !== 8) throw new ConnectionError(CODE.frameSizeError, 'a ping of the wrong size');
    if (flags & FLAG.ack) return;
    this.#output.put(wordsFrame(FRAME.ping, FLAG.ack, 0, payload.readUInt32BE(), payload.readUInt32BE(4)));
  }

  sendHead(stream: Http2Stream, block: Buffer, isEnd: boolean): void {
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
    const frames = this.#headFrames(stream, block, false, FRAME_HEADER_BYTES);
    writeFrameHeader(frames, frames.length - FRAME_HEADER_BYTES, length, FRAME.data, FLAG.endStream, stream.id);
    this.#sendWindow -= length;
    this.#output.put(frames);
    this.#output.put(body);
    stream.hasEnded();
  }

  /** A header block in its frames, with room behind them. */
  #headFrames(stream: Http2Stream, block: Buffer, isEnd: boolean, room: number): Buffer {
    if (stream.headersSent) this.#answered += 1;
    const count = Math.ceil(block.length / FRAME_BYTES);
    const frames = Buffer.allocUnsafe(count * FRAME_HEADER_BYTES + block.length + room);
    let to = 0;
    for (let i = 0; i < count; i++) {
      const start = i * FRAME_BYTES;
      const end = Math.min(block.length, start + FRAME_BYTES);
      const flags = (i === 0 && isEnd ? FLAG.endStream : 0) | (end === block.length ? FLAG.endHeaders : 0);
      writeFrameHeader(frames, to, end - start, i === 0 ? FRAME.headers : FRAME.continuation, flags, stream.id);
      block.copy(frames, to + FRAME_HEADER_BYTES, start, end);
      to += FRAME_HEADER_BYTES + end - start;
    }
    return frames;
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

function withoutPadding(payload: Buffer): Buffer {
  const padding = payload[0];
  if (padding === undefined || padding >= payload.length)
    throw new ConnectionError(CODE.protocolError, 'more padding than there is');
  return payload.subarray(1, payload.length - padding);
}

/** Nobody goes by it any more (RFC 9113, section 5.3.2), but it has to be one. */
function checkPriority(id: number, payload: Buffer): void {
  if (id === 0) throw new ConnectionError(CODE.protocolError, 'a priority of no stream');
  if (payload.length !== 5) throw new ConnectionError(CODE.frameSizeError, 'a priority of the wrong size');
}
