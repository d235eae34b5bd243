import { LIMITS } from '../../kube/limits.ts';
import { HEAD_BYTES, VERSION } from './frames.ts';

/** Who is told of frames, in their order. */
export interface FrameHandler {
  /** A piece of a data frame, as soon as it is there. */
  data(streamId: number, piece: Buffer): void;
  /** A data frame is complete. */
  dataEnd(streamId: number, flags: number): void;
  /** A frame of control. What follows waits for the promise, if there is one. */
  control(type: number, flags: number, payload: Buffer): Promise<void> | undefined;
  /** What a frame of control waited for has come. */
  ready(): void;
  /** What came is no frame of this version: nothing after it can be understood. */
  failed(error: Error): void;
}

interface OpenData {
  readonly streamId: number;
  readonly flags: number;
  leftBytes: number;
}

const NOTHING = Buffer.alloc(0);

/** Cuts what comes from a connection into frames. */
export class FrameParser {
  readonly #handler: FrameHandler;
  #pending: Buffer = NOTHING;
  /** The data frame of which a part is still to come. */
  #open: OpenData | undefined;
  #state: 'ready' | 'waiting' | 'failed' = 'ready';

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  /** Whether more is of no use now. */
  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    this.#run();
  }

  #run(): void {
    while (this.#state === 'ready' && (this.#open ? this.#piece(this.#open) : this.#frame()));
  }

  #take(bytes: number): Buffer {
    const taken = this.#pending.subarray(0, bytes);
    this.#pending = bytes === this.#pending.length ? NOTHING : this.#pending.subarray(bytes);
    return taken;
  }

  /** @returns whether there may be more to do */
  #piece(open: OpenData): boolean {
    if (open.leftBytes > 0) {
      const bytes = Math.min(open.leftBytes, this.#pending.length);
      if (bytes === 0) return false;
      open.leftBytes -= bytes;
      this.#handler.data(open.streamId, this.#take(bytes));
    }
    if (open.leftBytes === 0) {
      this.#open = undefined;
      this.#handler.dataEnd(open.streamId, open.flags);
    }
    return true;
  }

  #frame(): boolean {
    if (this.#pending.length < HEAD_BYTES) return false;
    const first = this.#pending.readUInt32BE(0);
    const flags = this.#pending.readUInt8(4);
    const bytes = this.#pending.readUIntBE(5, 3);
    if (first >>> 31 === 0) {
      this.#take(HEAD_BYTES);
      this.#open = { streamId: first, flags, leftBytes: bytes };
      return true;
    }
    const version = (first >>> 16) & 0x7fff;
    if (version !== VERSION) return this.#fail(`a frame of SPDY/${version}`);
    if (bytes > LIMITS.streamHeaderBytes) return this.#fail(`a frame of control with ${bytes} bytes`);
    if (this.#pending.length < HEAD_BYTES + bytes) return false;
    this.#take(HEAD_BYTES);
    const waits = this.#handler.control(first & 0xffff, flags, this.#take(bytes));
    if (waits) this.#waitFor(waits);
    return true;
  }

  #waitFor(done: Promise<void>): void {
    this.#state = 'waiting';
    done.then(
      () => {
        this.#state = 'ready';
        this.#run();
        if (!this.isWaiting) this.#handler.ready();
      },
      (error: unknown) => this.#fail((error as Error).message),
    );
  }

  #fail(what: string): false {
    this.#state = 'failed';
    this.#handler.failed(new Error(what));
    return false;
  }
}
