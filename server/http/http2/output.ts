import type { TLSSocket } from 'node:tls';

/** What is on its way to the socket before streams have to wait. */
const FULL_BYTES = 256 * 1024;
/** More than streams make of it: whoever leaves so much asks for answers to frames, and does not read them. */
const LEFT_BYTES_MAX = 4 * 1024 * 1024;

/** Collects the frames of a turn of the event loop, which leave together. */
export class Output {
  readonly #socket: TLSSocket;
  readonly #onRoom: () => void;
  #frames: Buffer[] = [];
  #bytes = 0;
  #isScheduled = false;
  readonly #flush = (): void => this.flush();

  /** @param onRoom called when there is room again for who was told that it is full */
  constructor(socket: TLSSocket, onRoom: () => void) {
    this.#socket = socket;
    this.#onRoom = onRoom;
    socket.on('drain', onRoom);
  }

  get isFull(): boolean {
    return this.#bytes + this.#socket.writableLength >= FULL_BYTES;
  }

  put(frame: Buffer): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Behind all that is answered without waiting for anything.
    process.nextTick(this.#flush);
  }

  flush(): void {
    this.#isScheduled = false;
    const frames = this.#frames;
    const bytes = this.#bytes;
    if (frames.length === 0) return;
    this.#frames = [];
    this.#bytes = 0;
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (socket.writableLength > LEFT_BYTES_MAX) socket.destroy();
    // Otherwise the socket says when there is room.
    else if (socket.write(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames, bytes))) this.#onRoom();
  }
}
