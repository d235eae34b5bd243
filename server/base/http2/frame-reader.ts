import { CODE, ConnectionError, FRAME_BYTES, FRAME_HEADER_BYTES, PREFACE } from './protocol.ts';

/** Takes a frame; the payload is a part of what came in, good until the next turn. */
export type TakeFrame = (type: number, flags: number, stream: number, payload: Buffer) => void;

const NOTHING = Buffer.alloc(0);

/** How much is taken in one turn of the event loop. */
export interface Pace {
  begin(): void;
  /** Whether what was taken is enough for this turn. */
  readonly isFull: boolean;
}

/** Cuts what the other side sends into frames, of which there is none larger than everybody has to be able to take. */
export class FrameReader {
  readonly #take: TakeFrame;
  /** The beginning of a frame whose rest has not come yet, in the pieces in which it came. */
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  /** How many bytes have to be there before anything can be read. */
  #needed: number;
  /** Whether a client has said that it speaks HTTP/2: servers need not. */
  isBegun: boolean;
  readonly #pace: Pace | undefined;
  readonly #later: (() => void) | undefined;
  #isWaiting = false;

  /**
   * @param pace of what reads a client, which has a preface to send; whoever reads a server takes what comes
   * @param later called when the turn has had enough frames: then somebody has to call `goOn()` in the next one
   */
  constructor(take: TakeFrame, pace?: Pace, later?: () => void) {
    this.#take = take;
    this.#pace = pace;
    this.#later = later;
    this.isBegun = pace === undefined;
    this.#needed = this.isBegun ? FRAME_HEADER_BYTES : PREFACE.length;
  }

  /** Takes what is left of an earlier turn. @throws ConnectionError as `read()` */
  goOn(): void {
    this.#isWaiting = false;
    this.read(NOTHING);
  }

  /** @throws ConnectionError for what is no HTTP/2, for frames that are too large, and what the taker throws */
  read(chunk: Buffer): void {
    if (this.#isWaiting || this.#pieceBytes + chunk.length < this.#needed) {
      this.#pieces.push(chunk);
      this.#pieceBytes += chunk.length;
      return;
    }
    this.#pace?.begin();
    let bytes = chunk;
    if (this.#pieceBytes > 0) {
      bytes = Buffer.concat([...this.#pieces, chunk]);
      this.#pieces = [];
      this.#pieceBytes = 0;
    }
    const rest = bytes.subarray(this.#readFrames(bytes, this.isBegun ? 0 : this.#readPreface(bytes)));
    if (rest.length === 0) return;
    this.#pieces = [rest];
    this.#pieceBytes = rest.length;
  }

  #readPreface(bytes: Buffer): number {
    if (PREFACE.compare(bytes, 0, PREFACE.length) !== 0)
      throw new ConnectionError(CODE.protocolError, 'no preface of HTTP/2');
    this.isBegun = true;
    return PREFACE.length;
  }

  /** @returns where the first frame begins that is not complete */
  #readFrames(bytes: Buffer, from: number): number {
    let at = from;
    for (;;) {
      this.#needed = FRAME_HEADER_BYTES;
      if (bytes.length - at < FRAME_HEADER_BYTES) return at;
      const length = ((bytes[at] as number) << 16) | ((bytes[at + 1] as number) << 8) | (bytes[at + 2] as number);
      if (length > FRAME_BYTES) throw new ConnectionError(CODE.frameSizeError, `a frame of ${length} bytes`);
      const start = at + FRAME_HEADER_BYTES;
      const end = start + length;
      this.#needed = end - at;
      if (bytes.length < end) return at;
      const stream = bytes.readUInt32BE(at + 5) & 0x7fffffff;
      const payload = length === 0 ? NOTHING : bytes.subarray(start, end);
      this.#take(bytes[at + 3] as number, bytes[at + 4] as number, stream, payload);
      at = end;
      if (!this.#pace?.isFull) continue;
      this.#needed = FRAME_HEADER_BYTES;
      this.#isWaiting = true;
      this.#later?.();
      return at;
    }
  }
}
