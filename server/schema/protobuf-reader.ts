/** The wire format of protobuf: numbers and runs of bytes. */
import { LIMITS } from '../kube/limits.ts';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

/** Longer texts are looked at by Node itself. */
const SHORT_TEXT = 128;
/** Longer bodies are not kept as text: each text cut out of it would keep the whole. */
const SHORT_BODY = 64 * 1024;
const TWO_28 = 2 ** 28;

/** The bytes of a body, and the same as text of one character a byte, out of which ASCII is cut cheaply. */
class Source {
  readonly bytes: Buffer;
  #latin1: string | undefined;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  text(begin: number, end: number): string {
    const { bytes } = this;
    if (end - begin > SHORT_TEXT || bytes.length > SHORT_BODY) return bytes.toString('utf8', begin, end);
    for (let at = begin; at < end; at++) if ((bytes[at] as number) >= 0x80) return bytes.toString('utf8', begin, end);
    this.#latin1 ??= bytes.toString('latin1');
    return this.#latin1.slice(begin, end);
  }
}

/** Reads the fields of one message from front to back. */
export class Reader {
  readonly #source: Source;
  readonly #bytes: Buffer;
  /** How many messages are around this one. */
  readonly #depth: number;
  readonly #end: number;
  #at: number;

  constructor(bytes: Buffer | Source, depth = 0, at = 0, end = bytes instanceof Source ? 0 : bytes.length) {
    if (depth > LIMITS.jsonDepth) throw new Error(`proto: exceeded max depth of ${LIMITS.jsonDepth}`);
    this.#source = bytes instanceof Source ? bytes : new Source(bytes);
    this.#bytes = this.#source.bytes;
    this.#depth = depth;
    this.#at = at;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new Error('unexpected EOF');
    return this.#bytes[this.#at++] as number;
  }

  /** 64 bits, signed, as Go's int64. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new Error('proto: integer overflow');
  }

  /** The same as a number: nearly all are of a byte or two, such as tags, lengths and ports. */
  integer(): number {
    const begin = this.#at;
    let value = 0;
    for (let factor = 1; factor <= TWO_28; factor *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    this.#at = begin;
    return Number(this.varint());
  }

  /** The low 32 bits, as Go keeps them. */
  int32(): number {
    const begin = this.#at;
    const value = this.integer();
    if ((value | 0) === value) return value;
    this.#at = begin;
    return Number(BigInt.asIntN(32, this.varint()));
  }

  bytes(): Buffer {
    const length = this.integer();
    const begin = this.#skipped(length);
    return this.#bytes.subarray(begin, begin + length);
  }

  text(): string {
    const length = this.integer();
    const begin = this.#skipped(length);
    return this.#source.text(begin, begin + length);
  }

  /** A message inside this one. */
  message(): Reader {
    const length = this.integer();
    const begin = this.#skipped(length);
    return new Reader(this.#source, this.#depth + 1, begin, begin + length);
  }

  double(): number {
    return this.#bytes.readDoubleLE(this.#skipped(8));
  }

  /** Everything that is left. */
  rest(): Buffer {
    const begin = this.#skipped(this.#end - this.#at);
    return this.#bytes.subarray(begin, this.#end);
  }

  /** Goes on behind so many bytes. @returns where they begin */
  #skipped(length: number): number {
    const begin = this.#at;
    if (length < 0 || begin + length > this.#end) throw new Error('unexpected EOF');
    this.#at = begin + length;
    return begin;
  }

  skip(wire: number): void {
    if (wire === VARINT) this.varint();
    else if (wire === BYTES) this.#skipped(this.integer());
    else if (wire === FIXED64 || wire === FIXED32) this.#skipped(wire === FIXED64 ? 8 : 4);
    else throw new Error(`proto: illegal wireType ${wire}`);
  }
}

/** A message of few fields that is read as a whole: the last value of each number, and all messages of a field. */
export class SmallMessage {
  readonly isEmpty: boolean;
  readonly #numbers = new Map<number, bigint>();
  readonly #parts = new Map<number, Reader[]>();

  constructor(reader: Reader) {
    this.isEmpty = reader.done;
    while (!reader.done) {
      const tag = reader.integer();
      const [field, wire] = [tag >>> 3, tag & 7];
      if (wire === VARINT) this.#numbers.set(field, reader.varint());
      else if (wire === BYTES) this.#parts.set(field, [...this.parts(field), reader.message()]);
      else reader.skip(wire);
    }
  }

  number(field: number): bigint {
    return this.#numbers.get(field) ?? 0n;
  }

  parts(field: number): readonly Reader[] {
    return this.#parts.get(field) ?? [];
  }

  /** Empty when there is none. */
  bytes(field: number): Buffer {
    return this.parts(field).at(-1)?.rest() ?? Buffer.alloc(0);
  }

  text(field: number): string {
    return this.bytes(field).toString();
  }
}
