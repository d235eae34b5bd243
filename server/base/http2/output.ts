import type { Socket } from 'node:net';

/** What is on its way to the socket before streams have to wait. */
const FULL_BYTES = 256 * 1024;
/** What a record of TLS holds: sent at once, the other side reads it while the next ones are made. */
const RECORD_BYTES = 16 * 1024;
/** Memory for what is written, used again and again: of all connections together. */
const SHARED_BYTES = 64 * 1024;
const SHARED_MAX = 8;
const shared: Buffer[] = [];

/** Collects frames while the socket is busy, and those of a turn of the event loop: they leave together. */
export class Output {
  readonly #socket: Socket;
  readonly #unreadBytes: number;
  readonly #onRoom: () => void;
  #frames: Buffer[] = [];
  #bytes = 0;
  /** What the socket has not written yet. */
  #underWay = 0;
  #borrowed: Buffer | undefined;
  #isScheduled = false;
  #wasFull = false;
  readonly #flush = (): void => {
    this.#isScheduled = false;
    if (this.#underWay === 0) this.flush();
  };
  readonly #written = (): void => {
    this.#underWay = 0;
    if (this.#borrowed && shared.length < SHARED_MAX) shared.push(this.#borrowed);
    this.#borrowed = undefined;
    this.flush();
    if (!this.#wasFull || this.isFull) return;
    this.#wasFull = false;
    this.#onRoom();
  };

  /**
   * @param unreadBytes what the other side may leave unread, before its connection is ended
   * @param onRoom called when there is room again for who was told that it is full
   */
  constructor(socket: Socket, unreadBytes: number, onRoom: () => void) {
    this.#socket = socket;
    this.#unreadBytes = unreadBytes;
    this.#onRoom = onRoom;
  }

  get isFull(): boolean {
    if (this.#bytes + this.#underWay < FULL_BYTES) return false;
    this.#wasFull = true;
    return true;
  }

  put(frame: Buffer): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (this.#underWay > 0) return;
    if (this.#bytes >= RECORD_BYTES) this.flush();
    if (this.#isScheduled || this.#bytes === 0) return;
    this.#isScheduled = true;
    // Behind all that is answered without waiting for anything.
    process.nextTick(this.#flush);
  }

  /** Hands what there is to the socket, whatever that is doing. */
  flush(): void {
    const bytes = this.#bytes;
    if (bytes === 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.#bytes = 0;
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (this.#underWay + bytes > this.#unreadBytes) socket.destroy();
    else if (this.#underWay > 0) socket.write(Buffer.concat(frames, bytes));
    else {
      this.#underWay = bytes;
      socket.write(this.#joined(frames, bytes), this.#written);
    }
  }

  #joined(frames: readonly Buffer[], bytes: number): Buffer {
    if (frames.length === 1) return frames[0] as Buffer;
    if (bytes > SHARED_BYTES) return Buffer.concat(frames, bytes);
    const joined = shared.pop() ?? Buffer.allocUnsafeSlow(SHARED_BYTES);
    this.#borrowed = joined;
    let at = 0;
    for (const frame of frames) {
      joined.set(frame, at);
      at += frame.length;
    }
    return joined.subarray(0, at);
  }
}
