import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { LIMITS } from '../../kube/limits.ts';
import { type FrameHandler, FrameParser } from './frame-parser.ts';
import {
  dataFrame,
  FLAG_FIN,
  FRAME,
  GO_AWAY,
  goAway,
  INITIAL_WINDOW,
  ping,
  RESET,
  rstStream,
  synReply,
  windowUpdate,
} from './frames.ts';
import { HeaderReader, type Headers, HeaderWriter } from './header-blocks.ts';
import { SendWindows, WINDOW_BYTES } from './send-windows.ts';
import { SpdyStream, type StreamCarrier } from './spdy-stream.ts';

export interface SpdyEvents {
  /** The client has opened a stream. Who does not want it destroys it. */
  opened(stream: SpdyStream): void;
  /** Nothing more comes, and nothing can be sent. */
  closed(): void;
}

/** Large enough for speed, small enough that streams take turns. */
const DATA_FRAME_BYTES = 128 * 1024;

const NO_HEADERS: Headers = new Map();

/** The server's side of a SPDY/3.1 connection. */
export class SpdyConnection implements StreamCarrier, FrameHandler {
  readonly #transport: Duplex;
  readonly #events: SpdyEvents;
  readonly #clock: Clock;
  readonly #parser = new FrameParser(this);
  readonly #reader = new HeaderReader();
  readonly #writer = new HeaderWriter();
  readonly #windows = new SendWindows();
  readonly #streams = new Map<number, SpdyStream>();
  /** Streams whose pods do not read: the client waits for them. */
  readonly #full = new Set<SpdyStream>();
  #waiting: (() => void)[] = [];
  #lastId = 0;
  #owedBytes = 0;
  #isLeaving = false;
  #isClosing = false;

  /** @param transport what the protocol is spoken over: a socket, or a tunnel */
  constructor(transport: Duplex, events: SpdyEvents, clock: Clock) {
    this.#transport = transport;
    this.#events = events;
    this.#clock = clock;
    transport.on('data', (chunk: Buffer) => this.#receive(chunk));
    transport.on('drain', () => this.#drain());
    transport.on('error', () => transport.destroy());
    transport.once('end', () => transport.destroy());
    transport.once('close', () => this.#closed());
  }

  /** Ends all streams, and then the connection. */
  close(reason: number = GO_AWAY.ok): void {
    if (this.#isClosing) return;
    for (const stream of this.#streams.values()) stream.destroy();
    this.#isClosing = true;
    this.#transport.write(goAway(this.#lastId, reason));
    this.#transport.end();
    // A client that still sends would be told by a reset, which takes from it what it has not read yet.
    this.#transport.resume();
    const cancel = this.#clock.schedule(LIMITS.streamCloseMs, () => this.#transport.destroy());
    this.#transport.once('close', cancel);
  }

  sendData(stream: SpdyStream, chunk: Buffer, done: () => void): void {
    let rest = chunk;
    let hasRoom = true;
    while (rest.length > 0 && !stream.destroyed) {
      const bytes = this.#windows.take(stream.id, Math.min(rest.length, DATA_FRAME_BYTES));
      if (bytes === 0) {
        const left = rest;
        this.#windows.onOpened(() => this.sendData(stream, left, done));
        return;
      }
      hasRoom = this.#send(dataFrame(stream.id, rest.subarray(0, bytes)));
      rest = rest.subarray(bytes);
    }
    if (hasRoom) done();
    else this.#waiting.push(done);
  }

  sendEnd(stream: SpdyStream): void {
    this.#send(dataFrame(stream.id, Buffer.alloc(0), FLAG_FIN));
  }

  drained(stream: SpdyStream): void {
    if (!this.#full.delete(stream)) return;
    this.#credit(stream);
    this.#resume();
  }

  forget(stream: SpdyStream): void {
    if (!stream.isOver) this.#send(rstStream(stream.id, RESET.cancel));
    this.#streams.delete(stream.id);
    this.#windows.close(stream.id);
    if (this.#full.delete(stream)) this.#resume();
    if (this.#isLeaving && this.#streams.size === 0) this.close();
  }

  data(streamId: number, piece: Buffer): void {
    this.#owedBytes += piece.length;
    const stream = this.#streams.get(streamId);
    // Data for a stream that is gone was on its way when it was reset.
    if (stream) {
      stream.owedBytes += piece.length;
      if (stream.receive(piece)) this.#credit(stream);
      else this.#full.add(stream);
    }
    if (!this.#windows.isObeyed || this.#owedBytes < WINDOW_BYTES / 2) return;
    this.#send(windowUpdate(0, this.#owedBytes));
    this.#owedBytes = 0;
  }

  dataEnd(streamId: number, flags: number): void {
    if ((flags & FLAG_FIN) !== 0) this.#streams.get(streamId)?.receiveEnd();
  }

  control(type: number, flags: number, payload: Buffer): Promise<void> | undefined {
    const word = (index: number): number => (payload.length >= index * 4 + 4 ? payload.readUInt32BE(index * 4) : 0);
    switch (type) {
      case FRAME.synStream:
        return this.#reader.read(payload.subarray(10)).then((headers) => this.#open(word(0), flags, headers));
      case FRAME.synReply:
      case FRAME.headers:
        // What is compressed later depends on it.
        return this.#reader.read(payload.subarray(4)).then(() => undefined);
      case FRAME.rstStream:
        this.#streams.get(word(0))?.receiveReset();
        return undefined;
      case FRAME.settings:
        this.#set(payload);
        return undefined;
      case FRAME.ping:
        // Pings with even numbers would be answers to ours.
        if (word(0) % 2 === 1) this.#send(ping(word(0)));
        return undefined;
      case FRAME.goAway:
        this.#isLeaving = true;
        if (this.#streams.size === 0) this.close();
        return undefined;
      case FRAME.windowUpdate:
        this.#windows.update(word(0), word(1));
    }
    return undefined;
  }

  ready(): void {
    this.#resume();
  }

  failed(): void {
    this.close(GO_AWAY.protocolError);
  }

  #receive(chunk: Buffer): void {
    if (this.#isClosing) return;
    this.#parser.push(chunk);
    if (!this.#isClosing && (this.#parser.isWaiting || this.#full.size > 0)) this.#transport.pause();
  }

  #resume(): void {
    if (!this.#parser.isWaiting && this.#full.size === 0) this.#transport.resume();
  }

  #send(frame: Buffer): boolean {
    if (this.#isClosing || this.#transport.destroyed) return true;
    return this.#transport.write(frame);
  }

  #drain(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const done of waiting) done();
  }

  #open(streamId: number, flags: number, headers: Headers): void {
    if (this.#isClosing || this.#isLeaving) return;
    // Clients number theirs with odd numbers that grow.
    if (streamId % 2 === 0 || streamId <= this.#lastId) {
      this.#send(rstStream(streamId, RESET.protocolError));
      return;
    }
    this.#lastId = streamId;
    if (this.#streams.size >= LIMITS.streamsPerConnection) {
      this.#send(rstStream(streamId, RESET.refused));
      return;
    }
    const stream = new SpdyStream(streamId, headers, this);
    this.#streams.set(streamId, stream);
    this.#windows.open(streamId);
    if ((flags & FLAG_FIN) !== 0) stream.receiveEnd();
    // The reply comes before any data.
    stream.cork();
    this.#events.opened(stream);
    if (stream.destroyed) return;
    this.#send(synReply(streamId, this.#writer.write(NO_HEADERS)));
    stream.uncork();
  }

  #set(payload: Buffer): void {
    this.#windows.obey();
    for (let at = 4; at + 8 <= payload.length; at += 8) {
      // The first byte has flags.
      if (payload.readUIntBE(at + 1, 3) === INITIAL_WINDOW) this.#windows.setInitial(payload.readUInt32BE(at + 4));
    }
  }

  #credit(stream: SpdyStream): void {
    if (!this.#windows.isObeyed || stream.owedBytes < WINDOW_BYTES / 2) return;
    this.#send(windowUpdate(stream.id, stream.owedBytes));
    stream.owedBytes = 0;
  }

  #closed(): void {
    this.#isClosing = true;
    this.#reader.close();
    for (const stream of this.#streams.values()) stream.destroy();
    this.#drain();
    this.#events.closed();
  }
}
