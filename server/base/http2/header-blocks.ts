import { type HeaderFields, HpackDecoder } from './hpack-decoder.ts';
import { streamIn } from './payloads.ts';
import { CODE, ConnectionError, FLAG } from './protocol.ts';

/** A stream it depends on, and a weight: nobody goes by them any more (RFC 9113, section 5.3.2). */
const PRIORITY_BYTES = 5;

/** A header block that is complete. */
export interface HeaderBlock {
  readonly fields: HeaderFields;
  /** Whether nothing follows it on its stream. */
  readonly isEnd: boolean;
  /** The stream that it says it depends on; 0 when it says nothing. */
  readonly dependsOn: number;
}

/** What a block may be at most. */
export interface HeaderLimits {
  /** How large it may be, compressed and not. */
  readonly bytes: number;
  /** In how many frames it may come. */
  readonly frames: number;
}

/** Puts header blocks together from their frames, and decodes them. */
export class HeaderBlocks {
  readonly #limits: HeaderLimits;
  readonly #decoder: Pick<HpackDecoder, 'decode'>;
  #stream = 0;
  #isEnd = false;
  #dependsOn = 0;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(limits: HeaderLimits, decoder: Pick<HpackDecoder, 'decode'> = new HpackDecoder(limits.bytes)) {
    this.#limits = limits;
    this.#decoder = decoder;
  }

  /** Whether a block has begun and is not complete: only the rest of it may follow. */
  get isOpen(): boolean {
    return this.#stream !== 0;
  }

  /** A HEADERS frame. @throws ConnectionError for a frame or a block that is none */
  begin(flags: number, stream: number, payload: Buffer): HeaderBlock | undefined {
    if (stream === 0) throw new ConnectionError(CODE.protocolError, 'headers of no stream');
    const isPadded = (flags & FLAG.padded) !== 0;
    const hasPriority = (flags & FLAG.priority) !== 0;
    const start = (isPadded ? 1 : 0) + (hasPriority ? PRIORITY_BYTES : 0);
    const end = payload.length - (isPadded ? (payload[0] ?? 0) : 0);
    if (start > end) throw new ConnectionError(CODE.protocolError, 'more padding than there is');
    const isEnd = (flags & FLAG.endStream) !== 0;
    const dependsOn = hasPriority ? streamIn(payload, start - PRIORITY_BYTES) : 0;
    const piece = payload.subarray(start, end);
    if (flags & FLAG.endHeaders) return { fields: this.#decoder.decode(piece), isEnd, dependsOn };
    this.#stream = stream;
    this.#isEnd = isEnd;
    this.#dependsOn = dependsOn;
    this.#pieces = [piece];
    this.#bytes = piece.length;
    return undefined;
  }

  /** A CONTINUATION frame. @throws ConnectionError for one that continues nothing */
  goOn(flags: number, stream: number, payload: Buffer): HeaderBlock | undefined {
    if (stream === 0 || stream !== this.#stream)
      throw new ConnectionError(CODE.protocolError, 'a continuation of nothing');
    this.#pieces.push(payload);
    this.#bytes += payload.length;
    if (this.#bytes > this.#limits.bytes || this.#pieces.length > this.#limits.frames)
      throw new ConnectionError(CODE.enhanceYourCalm, 'a header block without an end');
    if ((flags & FLAG.endHeaders) === 0) return undefined;
    const block = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#stream = 0;
    return { fields: this.#decoder.decode(block), isEnd: this.#isEnd, dependsOn: this.#dependsOn };
  }
}
