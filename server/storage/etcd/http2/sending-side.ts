import type { Output } from '../../../base/http2/output.ts';
import type { PeerSettings } from '../../../base/http2/peer-settings.ts';
import {
  CODE,
  ConnectionError,
  FLAG,
  FRAME,
  FRAME_HEADER_BYTES,
  headerFrames,
  WINDOW_BYTES,
  WINDOW_MAX,
  writeFrameHeader,
} from '../../../base/http2/protocol.ts';
import { ClientStream, type StreamHandler } from './client-stream.ts';

/** Streams have numbers up to this one. */
const ID_MAX = 2 ** 31 - 1;

/** The streams of a connection, and what is to be sent on them: as much as the server and the socket take. */
export class SendingSide {
  readonly #output: Output;
  readonly #peer: PeerSettings;
  readonly #streams = new Map<number, ClientStream>();
  /** Those that wait for others to end, since the server does not take so many at once. */
  readonly #queue = new Set<ClientStream>();
  /** Those with something to send that the window of the connection, or the socket, has no room for. */
  readonly #waiting = new Set<ClientStream>();
  #nextId = 1;
  #window = WINDOW_BYTES;

  constructor(output: Output, peer: PeerSettings) {
    this.#output = output;
    this.#peer = peer;
  }

  get isIdle(): boolean {
    return this.#streams.size === 0 && this.#queue.size === 0;
  }

  /** Whether there are no numbers left for new streams. */
  get isSpent(): boolean {
    return this.#nextId > ID_MAX;
  }

  /** @throws ConnectionError for a stream that has not begun. @returns nothing for one that is over */
  streamOf(id: number): ClientStream | undefined {
    if ((id & 1) === 0 || id >= this.#nextId) throw new ConnectionError(CODE.protocolError, 'a frame of no stream');
    return this.#streams.get(id);
  }

  /** Streams behind that one. */
  after(id: number): ClientStream[] {
    return [...this.#streams.values()].filter((stream) => stream.id > id);
  }

  /** Streams of which the server knows nothing. */
  unbegun(): ClientStream[] {
    return [...this.#queue];
  }

  begin(block: Buffer, handler: StreamHandler, body: Buffer | undefined): ClientStream {
    const stream = new ClientStream(block, handler);
    if (body) stream.add(body, true);
    if (this.#queue.size === 0 && this.#hasRoom) this.#start(stream);
    else this.#queue.add(stream);
    return stream;
  }

  get #hasRoom(): boolean {
    return this.#streams.size < this.#peer.streams && !this.#output.isFull && !this.isSpent;
  }

  #start(stream: ClientStream): void {
    const id = this.#nextId;
    this.#nextId += 2;
    stream.id = id;
    stream.sendWindow = this.#peer.initialWindow;
    this.#streams.set(id, stream);
    const room = Math.min(this.#window, stream.sendWindow, this.#peer.frameBytes);
    // Those that wait have been there first.
    if (this.#waiting.size > 0 || !stream.isShort(room)) {
      this.#output.put(headerFrames(id, stream.block, false, 0));
      this.pump(stream);
      return;
    }
    const body = stream.take(room);
    const frames = headerFrames(id, stream.block, false, FRAME_HEADER_BYTES);
    writeFrameHeader(frames, frames.length - FRAME_HEADER_BYTES, body.length, FRAME.data, FLAG.endStream, id);
    this.#window -= body.length;
    stream.sendWindow -= body.length;
    stream.hasSentEnd = true;
    this.#output.put(frames);
    this.#output.put(body);
  }

  /** Sends what there is of a stream that has begun. */
  pump(stream: ClientStream): void {
    while (stream.pendingBytes > 0) {
      const room = Math.min(this.#window, stream.sendWindow, this.#peer.frameBytes);
      if (room <= 0 || this.#output.isFull) {
        // A stream whose own window is closed hears of it.
        if (stream.sendWindow > 0) this.#waiting.add(stream);
        else this.#waiting.delete(stream);
        return;
      }
      const piece = stream.take(room);
      this.#window -= piece.length;
      stream.sendWindow -= piece.length;
      stream.hasSentEnd = stream.isEnding && stream.pendingBytes === 0;
      const header = Buffer.allocUnsafe(FRAME_HEADER_BYTES);
      writeFrameHeader(header, 0, piece.length, FRAME.data, stream.hasSentEnd ? FLAG.endStream : 0, stream.id);
      this.#output.put(header);
      this.#output.put(piece);
    }
    this.#waiting.delete(stream);
  }

  /** The server takes so much more on all streams together. @throws ConnectionError for more than it may take */
  widen(bytes: number): void {
    this.#window += bytes;
    if (this.#window > WINDOW_MAX) throw new ConnectionError(CODE.flowControlError, 'a window too large');
    this.goOn();
  }

  /** The windows of all streams are other ones. @throws ConnectionError for more than the server may take */
  grow(bytes: number): void {
    if (bytes === 0) return;
    for (const stream of this.#streams.values()) {
      stream.sendWindow += bytes;
      if (stream.sendWindow > WINDOW_MAX) throw new ConnectionError(CODE.flowControlError, 'a window too large');
      if (stream.pendingBytes > 0) this.#waiting.add(stream);
    }
  }

  /** Something has changed, so that those who wait may go on. */
  goOn(): void {
    for (const stream of this.#waiting) {
      // All others would go on waiting, and there may be thousands.
      if (this.#window <= 0 || this.#output.isFull) break;
      this.pump(stream);
    }
    for (const stream of this.#queue) {
      if (!this.#hasRoom) return;
      this.#queue.delete(stream);
      this.#start(stream);
    }
  }

  forget(stream: ClientStream): void {
    stream.isOver = true;
    this.#queue.delete(stream);
    this.#waiting.delete(stream);
    if (this.#streams.delete(stream.id) && this.#queue.size > 0) this.goOn();
  }

  /** Forgets all of them. */
  clear(): { readonly begun: readonly ClientStream[]; readonly queued: readonly ClientStream[] } {
    const [begun, queued] = [[...this.#streams.values()], [...this.#queue]];
    for (const stream of [...begun, ...queued]) stream.isOver = true;
    this.#streams.clear();
    this.#queue.clear();
    this.#waiting.clear();
    return { begun, queued };
  }
}
