/** Sessions over the channel protocols of WebSocket: k8s.io/streaming's wsstream, remotecommand's websocket.go. */
import { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Status } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import type { SessionKind, SessionOffer, StreamChannel, StreamSession } from '../kube/stream-session.ts';
import { ended } from './ended.ts';
import { type StatusForm, statusText } from './session-status.ts';

/** Before a channel's number: the client has ended the channel. */
const CLOSE_SIGNAL = 255;
const NORMAL_CLOSURE = 1000;
const DIGIT_ZERO = 0x30;

/** How messages are written. */
interface Codec {
  readonly isBase64: boolean;
  readonly hasCloseSignal: boolean;
}

/** A channel is a number that begins each message. */
class MessageStream extends Duplex {
  readonly #send: (chunk: Buffer, done: () => void) => void;
  readonly #drained: () => void;
  #isEndedByClient = false;

  constructor(send: (chunk: Buffer, done: () => void) => void, drained: (stream: MessageStream) => void) {
    super({ readableHighWaterMark: LIMITS.streamBacklogBytes });
    this.#send = send;
    this.#drained = () => drained(this);
    this.on('error', () => undefined);
  }

  /** @returns false when the client should wait. What comes after the end, or to a stream that is gone, is dropped. */
  receive(piece: Buffer): boolean {
    return this.destroyed || this.#isEndedByClient || piece.length === 0 || this.push(piece);
  }

  receiveEnd(): void {
    if (this.#isEndedByClient || this.destroyed) return;
    this.#isEndedByClient = true;
    this.push(null);
  }

  override _read(): void {
    this.#drained();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(chunk, done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // Nobody waits for a stream that is gone.
    this.#drained();
    done(error);
  }
}

interface NumberedChannel {
  readonly name: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Which directions there are; what goes the other way is passed over. */
  readonly isRead: boolean;
  readonly isWritten: boolean;
}

const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** The channels in the order of their numbers. */
function channelsOf(kind: SessionKind): NumberedChannel[] {
  if (kind.type === 'port-forward') {
    return kind.ports.flatMap((port, index) =>
      ['data', 'error'].map((name) => ({
        name,
        headers: new Map([
          ['streamtype', name],
          ['port', String(port)],
          ['requestid', String(index)],
        ]),
        isRead: name === 'data',
        isWritten: true,
      })),
    );
  }
  const has = (name: (typeof kind.channels)[number]): boolean => kind.channels.includes(name);
  const channel = (name: string, isRead: boolean, isWritten: boolean): NumberedChannel => ({
    name,
    headers: NO_HEADERS,
    isRead,
    isWritten,
  });
  return [
    channel('stdin', has('stdin'), false),
    channel('stdout', false, has('stdout')),
    channel('stderr', false, has('stderr')),
    channel('error', false, true),
    channel('resize', has('resize'), false),
  ];
}

class WebSocketSession implements StreamSession {
  readonly #socket: WebSocket;
  readonly #codec: Codec;
  readonly #form: StatusForm;
  readonly #channels: readonly NumberedChannel[];
  readonly #streams: readonly MessageStream[];
  readonly #full = new Set<MessageStream>();
  #closed: (() => void) | undefined;
  #isClosed = false;

  constructor(socket: WebSocket, channels: readonly NumberedChannel[], codec: Codec, form: StatusForm) {
    this.#socket = socket;
    this.#codec = codec;
    this.#form = form;
    this.#channels = channels;
    this.#streams = channels.map(
      ({ isWritten }, number) =>
        new MessageStream(
          (chunk, done) => (isWritten ? this.send(number, chunk, done) : done()),
          (stream) => this.#drained(stream),
        ),
    );
    socket.on('message', (data: Buffer) => this.#receive(data));
    socket.once('close', () => this.#close());
    socket.on('error', () => socket.terminate());
  }

  channel(name: string): Duplex | undefined {
    const number = this.#channels.findIndex((channel) => channel.name === name);
    const found = this.#channels[number];
    return found && (found.isRead || found.isWritten) ? this.#streams[number] : undefined;
  }

  onChannel(opened: (channel: StreamChannel) => void): void {
    for (const [id, { name, headers }] of this.#channels.entries()) {
      const stream = this.#streams[id];
      if (stream) opened({ name, id, headers, stream });
    }
  }

  onClose(closed: () => void): void {
    this.#closed = closed;
    if (this.#isClosed) closed();
  }

  finish(status: Status): void {
    const text = statusText(status, this.#form);
    if (text !== '') this.channel('error')?.write(text);
    this.end();
  }

  /** Closes the connection when everything is written. */
  end(): void {
    void Promise.all(this.#streams.map((stream) => ended(stream))).then(() => {
      this.#socket.close(NORMAL_CLOSURE);
      // What the client still sends is passed over, so that its own farewell is seen.
      for (const stream of this.#streams) stream.destroy();
      this.#socket.resume();
    });
  }

  /** Resolves when nothing is written to any channel any more. */
  async written(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => finished(stream)));
  }

  send(number: number, chunk: Buffer, done: () => void): void {
    const message = this.#codec.isBase64
      ? String.fromCharCode(DIGIT_ZERO + number) + chunk.toString('base64')
      : Buffer.concat([Buffer.from([number]), chunk]);
    // A socket that is gone tells so by `close`.
    this.#socket.send(message, { binary: !this.#codec.isBase64 }, () => done());
  }

  #receive(message: Buffer): void {
    const [first] = message;
    if (first === undefined || this.#isClosed) return;
    if (this.#codec.hasCloseSignal && first === CLOSE_SIGNAL) {
      const stream = message.length === 2 ? this.#streams[message[1] ?? CLOSE_SIGNAL] : undefined;
      if (!stream) this.#socket.close(NORMAL_CLOSURE);
      else stream.receiveEnd();
      return;
    }
    const number = this.#codec.isBase64 ? first - DIGIT_ZERO : first;
    const stream = this.#streams[number];
    // Messages for channels that are not there are passed over.
    if (!stream || !this.#channels[number]?.isRead) return;
    const rest = message.subarray(1);
    const piece = this.#codec.isBase64 ? Buffer.from(rest.toString('latin1'), 'base64') : rest;
    if (stream.receive(piece)) return;
    this.#full.add(stream);
    this.#socket.pause();
  }

  #drained(stream: MessageStream): void {
    if (this.#full.delete(stream) && this.#full.size === 0) this.#socket.resume();
  }

  #close(): void {
    this.#isClosed = true;
    for (const stream of this.#streams) stream.destroy();
    this.#closed?.();
  }
}

function finished(stream: MessageStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once('finish', resolve);
    stream.once('close', resolve);
  });
}

/** @param protocol what client and server have agreed on, such as `v5.channel.k8s.io`; '' for clients that name none */
export function startWebSocketSession(socket: WebSocket, offer: SessionOffer, protocol: string): void {
  const codec = { isBase64: protocol.includes('base64'), hasCloseSignal: protocol.startsWith('v5.') };
  const form: StatusForm = /^v[45]\./.test(protocol) ? 'status' : 'text';
  const channels = channelsOf(offer.kind);
  const session = new WebSocketSession(socket, channels, codec, form);
  if (offer.kind.type === 'port-forward') {
    for (const [number, { headers }] of channels.entries()) session.send(number, portBytes(headers), () => undefined);
    // There will be no other channels.
    void session.written().then(() => session.end());
  } else {
    // An empty message on the lowest channel that is written tells the client that it is connected.
    const lowest = channels.findIndex(({ isWritten }) => isWritten);
    session.send(lowest, Buffer.alloc(0), () => undefined);
  }
  offer.start(session);
}

function portBytes(headers: ReadonlyMap<string, string>): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(Number(headers.get('port')));
  return bytes;
}
