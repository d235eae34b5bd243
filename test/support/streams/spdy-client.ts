import { EventEmitter, once } from 'node:events';
import type { Duplex } from 'node:stream';
import { constants, createDeflate, type Deflate } from 'node:zlib';
import { FrameParser } from '../../../server/streaming/spdy/frame-parser.ts';
import { dataFrame, FLAG_FIN, FRAME, goAway, rstStream, synStream } from '../../../server/streaming/spdy/frames.ts';
import { HeaderReader, type Headers } from '../../../server/streaming/spdy/header-blocks.ts';
import { HEADER_DICTIONARY } from '../../../server/streaming/spdy/header-dictionary.ts';
import { type StreamTarget, upgrade } from './upgrade.ts';

/** A stream as its client has it. */
export class ClientStream extends EventEmitter {
  readonly id: number;
  readonly pieces: Buffer[] = [];
  isEnded = false;
  isReset = false;
  isReplied = false;
  readonly #socket: Duplex;

  constructor(id: number, socket: Duplex) {
    super();
    this.id = id;
    this.#socket = socket;
  }

  get received(): Buffer {
    return Buffer.concat(this.pieces);
  }

  get text(): string {
    return this.received.toString();
  }

  write(data: string | Buffer): void {
    this.#socket.write(dataFrame(this.id, Buffer.from(data)));
  }

  end(): void {
    this.#socket.write(dataFrame(this.id, Buffer.alloc(0), FLAG_FIN));
  }

  reset(): void {
    this.#socket.write(rstStream(this.id, 5));
  }

  /** Resolves when what came passes. */
  async until(isTrue: (stream: this) => boolean): Promise<void> {
    while (!isTrue(this)) await once(this, 'change');
  }
}

/** Speaks SPDY/3.1 as client-go does: compressed headers, odd numbers, no windows. */
export class SpdyClient {
  readonly socket: Duplex;
  readonly streams = new Map<number, ClientStream>();
  /** Frames of control in the order in which they came. */
  readonly controls: { readonly type: number; readonly payload: Buffer }[] = [];
  /** Headers of replies. */
  readonly replies: Headers[] = [];
  readonly closed: Promise<void>;
  #nextId = 1;
  #opening: Promise<unknown> = Promise.resolve();
  readonly #deflate: Deflate = createDeflate({ dictionary: HEADER_DICTIONARY, level: 9 });
  readonly #reader = new HeaderReader();
  readonly #changes = new EventEmitter();

  constructor(socket: Duplex, head: Buffer = Buffer.alloc(0)) {
    this.socket = socket;
    socket.on('error', () => undefined);
    const parser = new FrameParser({
      data: (id, piece) =>
        this.#change(id, (stream) => {
          stream.pieces.push(piece);
        }),
      dataEnd: (id, flags) =>
        this.#change(id, (stream) => {
          stream.isEnded ||= (flags & FLAG_FIN) !== 0;
        }),
      control: (type, _flags, payload) => this.#control(type, payload),
      ready: () => this.#changes.emit('ready'),
      failed: (error) => socket.destroy(error),
    });
    this.closed = this.#close(parser);
    if (head.length > 0) parser.push(head);
    socket.on('data', (chunk: Buffer) => parser.push(chunk));
  }

  /** @example await using client = await SpdyClient.connect(pods, '/api/v1/…/exec?…', 'v4.channel.k8s.io'); */
  static async connect(target: StreamTarget, path: string, protocol: string): Promise<SpdyClient> {
    const headers = { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': protocol };
    const answer = await upgrade(target, path, headers);
    if (!('socket' in answer)) throw new Error(`${answer.status} ${answer.body}`);
    return new SpdyClient(answer.socket, answer.head);
  }

  /** Opens a stream without waiting for the reply. */
  open(headers: Readonly<Record<string, string>>, id = this.#nextId): Promise<ClientStream> {
    this.#nextId = id + 2;
    const stream = new ClientStream(id, this.socket);
    this.streams.set(id, stream);
    // Blocks are compressed as one stream.
    const opened = this.#opening.then(async () => {
      this.socket.write(synStream(id, await this.#compress(headers)));
      return stream;
    });
    this.#opening = opened;
    return opened;
  }

  /** Resolves when a frame of control has come that passes. */
  async control(isWanted: (type: number, payload: Buffer) => boolean): Promise<Buffer> {
    for (;;) {
      const found = this.controls.find(({ type, payload }) => isWanted(type, payload));
      if (found) return found.payload;
      if (this.socket.destroyed) throw new Error('the connection has ended');
      await once(this.#changes, 'change');
    }
  }

  leave(): void {
    this.socket.write(goAway(0, 0));
    this.socket.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    this.#reader.close();
    this.#deflate.destroy();
    return this.closed;
  }

  /** What came before the end has to be read too. */
  async #close(parser: FrameParser): Promise<void> {
    await once(this.socket, 'close');
    while (parser.isWaiting) await once(this.#changes, 'ready');
    this.#changes.emit('change');
    for (const stream of this.streams.values()) stream.emit('change');
  }

  #change(id: number, change: (stream: ClientStream) => void): void {
    const stream = this.streams.get(id);
    if (!stream) return;
    change(stream);
    stream.emit('change');
  }

  #control(type: number, payload: Buffer): Promise<void> | undefined {
    this.controls.push({ type, payload });
    this.#changes.emit('change');
    const id = payload.readUInt32BE(0);
    if (type === FRAME.rstStream)
      this.#change(id, (stream) => {
        stream.isReset = true;
      });
    if (type !== FRAME.synReply) return undefined;
    return this.#reader.read(payload.subarray(4)).then((headers) => {
      this.replies.push(headers);
      this.#change(id, (stream) => {
        stream.isReplied = true;
      });
    });
  }

  async #compress(headers: Readonly<Record<string, string>>): Promise<Buffer> {
    const parts: Buffer[] = [];
    const count = (value: number): void => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      parts.push(bytes);
    };
    const pairs = Object.entries(headers);
    count(pairs.length);
    for (const text of pairs.flat()) {
      count(Buffer.byteLength(text));
      parts.push(Buffer.from(text));
    }
    await new Promise<void>((resolve) => {
      this.#deflate.write(Buffer.concat(parts), () => this.#deflate.flush(constants.Z_SYNC_FLUSH, resolve));
    });
    const block: Buffer[] = [];
    for (let part = this.#deflate.read() as Buffer | null; part; part = this.#deflate.read() as Buffer | null)
      block.push(part);
    return Buffer.concat(block);
  }
}
