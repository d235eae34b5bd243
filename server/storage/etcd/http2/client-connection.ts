import type { Socket } from 'node:net';
import { FrameReader } from '../../../base/http2/frame-reader.ts';
import { type HeaderBlock, HeaderBlocks } from '../../../base/http2/header-blocks.ts';
import { Output } from '../../../base/http2/output.ts';
import { isSettingsAck, pongTo, streamIn, windowIn, withoutPadding } from '../../../base/http2/payloads.ts';
import { PeerSettings } from '../../../base/http2/peer-settings.ts';
import {
  CODE,
  ConnectionError,
  FLAG,
  FRAME,
  PREFACE,
  SETTING,
  settingsFrame,
  WINDOW_BYTES,
  WINDOW_MAX,
  wordsFrame,
} from '../../../base/http2/protocol.ts';
import { ReceiveWindow } from '../../../base/http2/receive-window.ts';
import { LIMITS } from '../../../kube/limits.ts';
import type { ClientStream, StreamHandler } from './client-stream.ts';
import { KnownBlocks } from './known-blocks.ts';
import { resetReason } from './reset-codes.ts';
import { SendingSide } from './sending-side.ts';

/** Whoever has a connection. */
export interface ConnectionEvents {
  /** The server speaks HTTP/2. */
  ready(): void;
  /** It takes no more requests; those under way go on. */
  leaving(): void;
  /** It is over. Told before its streams are. */
  closed(why: string): void;
}

const BEGINNING = Buffer.concat([
  PREFACE,
  settingsFrame([
    [SETTING.headerTableSize, 0],
    [SETTING.enablePush, 0],
    [SETTING.initialWindowSize, LIMITS.etcdWindowBytes],
    [SETTING.maxHeaderListSize, LIMITS.headerBytes],
  ]),
  wordsFrame(FRAME.windowUpdate, 0, 0, LIMITS.etcdWindowBytes - WINDOW_BYTES),
]);
const SETTINGS_ACK = wordsFrame(FRAME.settings, FLAG.ack, 0);
const LOST = 'the connection to etcd was lost';

/** Whether it is a head before the head of an answer. */
const isInformation = ([name, value]: readonly string[]): boolean => name === ':status' && value?.[0] === '1';

/**
 * A client's side of a connection of HTTP/2 (RFC 9113), for requests whose answers are taken as they come. Not
 * `node:http2`: it makes a duplex stream, an asynchronous resource and a dozen objects of every request.
 */
export class ClientConnection {
  readonly #socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #peer = new PeerSettings();
  readonly #output: Output;
  readonly #sending: SendingSide;
  readonly #blocks = new HeaderBlocks(
    { bytes: LIMITS.headerBytes, frames: LIMITS.http2HeaderFrames },
    new KnownBlocks(LIMITS.headerBytes),
  );
  readonly #reader = new FrameReader((type, flags, id, payload) => this.#frame(type, flags, id, payload));
  readonly #receiveWindow = new ReceiveWindow(LIMITS.etcdWindowBytes);
  #hasSettings = false;
  #isLeaving = false;
  #isOver = false;
  #pong: (() => void) | undefined;

  /** @param socket may be on its way to the server still */
  constructor(socket: Socket, events: ConnectionEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#output = new Output(socket, LIMITS.http2UnreadBytes, () => this.#sending.goOn());
    this.#sending = new SendingSide(this.#output, this.#peer);
    socket.setNoDelay(true);
    socket.on('error', (error) => this.end(error.message || String((error as NodeJS.ErrnoException).code)));
    // What is under way to a server that has ended its side would never leave.
    socket.on('end', () => this.end());
    socket.on('close', () => this.end());
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#output.put(BEGINNING);
  }

  /** Whether there can be new requests. */
  get isOpen(): boolean {
    return !this.#isLeaving && !this.#isOver;
  }

  /**
   * Makes a request, which has to be possible.
   *
   * @param block the head of the request
   * @param body all of its body; nothing if that comes by and by
   */
  request(block: Buffer, handler: StreamHandler, body?: Buffer): ClientStream {
    const stream = this.#sending.begin(block, handler, body);
    if (this.#sending.isSpent) this.#stop();
    return stream;
  }

  /** Sends a part of a body. */
  send(stream: ClientStream, piece: Buffer): void {
    if (stream.isOver) return;
    stream.add(piece, false);
    if (stream.id > 0) this.#sending.pump(stream);
  }

  /** Nobody waits for an answer any more. */
  cancel(stream: ClientStream): void {
    if (!stream.isOver) this.#forget(stream, CODE.cancel);
  }

  /** Asks whether the server is there. */
  ping(pong: () => void): void {
    this.#pong = pong;
    this.#output.put(wordsFrame(FRAME.ping, 0, 0, 0, 0));
  }

  /** Ends it when the requests under way have their answers. */
  leave(): void {
    this.#isLeaving = true;
    this.#endIfIdle();
  }

  /** Ends it at once. */
  end(why?: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#output.flush();
    this.#socket.destroy();
    const { begun, queued } = this.#sending.clear();
    this.#events.closed(why ?? 'the connection was closed');
    const text = why === undefined ? LOST : `${LOST}: ${why}`;
    for (const stream of begun) stream.handler.end(text, false);
    for (const stream of queued) stream.handler.end(text, true);
  }

  #endIfIdle(): void {
    if (!this.#isLeaving || this.#isOver || !this.#sending.isIdle) return;
    this.#output.put(wordsFrame(FRAME.goAway, 0, 0, 0, CODE.noError));
    this.end();
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    try {
      this.#reader.read(chunk);
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      this.#output.put(wordsFrame(FRAME.goAway, 0, 0, 0, error.code));
      this.end(error.message);
    }
  }

  #frame(type: number, flags: number, id: number, payload: Buffer): void {
    if (this.#isOver) return;
    if (this.#blocks.isOpen && type !== FRAME.continuation)
      throw new ConnectionError(CODE.protocolError, 'a frame in the middle of a header block');
    if (!this.#hasSettings && (type !== FRAME.settings || (flags & FLAG.ack) !== 0))
      throw new ConnectionError(CODE.protocolError, 'no settings');
    if (type === FRAME.data) this.#data(flags, id, payload);
    else if (type === FRAME.headers) this.#block(id, this.#blocks.begin(flags, id, payload));
    else if (type === FRAME.continuation) this.#block(id, this.#blocks.goOn(flags, id, payload));
    else if (type === FRAME.windowUpdate) this.#windowUpdate(id, payload);
    else if (type === FRAME.reset) this.#reset(id, payload);
    else if (type === FRAME.settings) this.#settings(flags, id, payload);
    else if (type === FRAME.ping) this.#ping(flags, id, payload);
    else if (type === FRAME.goAway) this.#goAway(id, payload);
    else if (type === FRAME.pushPromise) throw new ConnectionError(CODE.protocolError, 'a push that nobody allowed');
  }

  #data(flags: number, id: number, payload: Buffer): void {
    const stream = this.#sending.streamOf(id);
    const given = this.#receiveWindow.take(payload.length);
    if (given > 0) this.#output.put(wordsFrame(FRAME.windowUpdate, 0, 0, given));
    const piece = (flags & FLAG.padded) === 0 ? payload : withoutPadding(payload);
    if (!stream) return;
    if (!stream.hasHead) this.#fail(stream, CODE.protocolError, 'etcd sent an answer without a head');
    else if (piece.length > 0 && !stream.handler.data(piece)) this.#fail(stream, CODE.cancel, LOST);
    else if (flags & FLAG.endStream) this.#complete(stream);
    else {
      const owed = stream.arrived(payload.length, LIMITS.etcdWindowBytes);
      if (owed > 0 && !stream.isOver) this.#output.put(wordsFrame(FRAME.windowUpdate, 0, id, owed));
    }
  }

  /** A header block, once it is complete. */
  #block(id: number, block: HeaderBlock | undefined): void {
    if (!block) return;
    const stream = this.#sending.streamOf(id);
    const { fields, isEnd } = block;
    if (!stream || (!isEnd && !stream.hasHead && isInformation(fields.list))) return;
    if (fields.isTooLarge) this.#fail(stream, CODE.cancel, 'etcd sent more headers than fit');
    else if (stream.hasHead && !isEnd) this.#fail(stream, CODE.protocolError, 'etcd sent two heads of an answer');
    else {
      stream.hasHead = true;
      const isOfUse = stream.handler.fields(fields.list);
      if (isEnd) this.#complete(stream);
      else if (!isOfUse) this.#fail(stream, CODE.cancel, LOST);
    }
  }

  /** The server has said everything. */
  #complete(stream: ClientStream): void {
    if (stream.isOver) return;
    this.#forget(stream, stream.hasSentEnd ? undefined : CODE.cancel);
    stream.handler.end(LOST, false);
  }

  #fail(stream: ClientStream, code: number | undefined, why: string, isUnsent = false): void {
    if (stream.isOver) return;
    this.#forget(stream, code);
    stream.handler.end(why, isUnsent);
  }

  /** @param code what the server is told if it may go on with it */
  #forget(stream: ClientStream, code: number | undefined): void {
    if (code !== undefined && stream.id > 0 && !this.#isOver)
      this.#output.put(wordsFrame(FRAME.reset, 0, stream.id, code));
    this.#sending.forget(stream);
    this.#endIfIdle();
  }

  #windowUpdate(id: number, payload: Buffer): void {
    const bytes = windowIn(payload);
    if (id === 0) {
      if (bytes === 0) throw new ConnectionError(CODE.protocolError, 'a window that does not grow');
      this.#sending.widen(bytes);
      return;
    }
    const stream = this.#sending.streamOf(id);
    if (!stream) return;
    stream.sendWindow += bytes;
    if (bytes === 0) this.#fail(stream, CODE.protocolError, 'etcd sent a window that does not grow');
    else if (stream.sendWindow > WINDOW_MAX) this.#fail(stream, CODE.flowControlError, 'etcd sent a window too large');
    else this.#sending.pump(stream);
  }

  #reset(id: number, payload: Buffer): void {
    if (payload.length !== 4) throw new ConnectionError(CODE.frameSizeError, 'a reset of the wrong size');
    const stream = this.#sending.streamOf(id);
    const code = payload.readUInt32BE();
    if (stream) this.#fail(stream, undefined, resetReason(code) ?? LOST, code === CODE.refusedStream);
  }

  #settings(flags: number, id: number, payload: Buffer): void {
    if (isSettingsAck(flags, id, payload)) return;
    this.#sending.grow(this.#peer.read(payload));
    this.#output.put(SETTINGS_ACK);
    this.#sending.goOn();
    if (this.#hasSettings) return;
    this.#hasSettings = true;
    this.#events.ready();
  }

  #ping(flags: number, id: number, payload: Buffer): void {
    const answer = pongTo(flags, id, payload);
    if (answer) {
      this.#output.put(answer);
      return;
    }
    const pong = this.#pong;
    this.#pong = undefined;
    pong?.();
  }

  #goAway(id: number, payload: Buffer): void {
    if (id !== 0) throw new ConnectionError(CODE.protocolError, 'a goodbye of a stream');
    if (payload.length < 8) throw new ConnectionError(CODE.frameSizeError, 'a goodbye of the wrong size');
    const lastId = streamIn(payload, 0);
    this.#stop();
    for (const stream of this.#sending.after(lastId)) this.#fail(stream, undefined, LOST, true);
    this.#endIfIdle();
  }

  /** There can be no more requests on this connection: those that have not begun have to go elsewhere. */
  #stop(): void {
    this.#isLeaving = true;
    this.#events.leaving();
    for (const stream of this.#sending.unbegun()) this.#fail(stream, undefined, LOST, true);
  }
}
