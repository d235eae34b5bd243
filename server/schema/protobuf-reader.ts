/** The wire format of protobuf: numbers and runs of bytes. */
import { LIMITS } from '../kube/limits.ts';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
const FIXED32 = 5;

/** Reads the fields of one message from front to back. */
export class Reader {
  readonly #bytes: Buffer;
  /** How many messages are around this one. */
  readonly #depth: number;
  #at = 0;

  constructor(bytes: Buffer, depth = 0) {
    if (depth > LIMITS.jsonDepth) throw new Error(`proto: exceeded max depth of ${LIMITS.jsonDepth}`);
    this.#bytes = bytes;
    this.#depth = depth;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** 64 bits, signed, as Go's int64. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error('unexpected EOF');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new Error('proto: integer overflow');
  }

  integer(): number {
    // Nearly every number is one byte: tags, lengths, ports.
    const byte = this.#bytes[this.#at];
    if (byte !== undefined && byte < 0x80) {
      this.#at++;
      return byte;
    }
    return Number(this.varint());
  }

  bytes(): Buffer {
    return this.#take(this.integer());
  }

  /** A message inside this one. */
  message(): Reader {
    return new Reader(this.bytes(), this.#depth + 1);
  }

  double(): number {
    return this.#take(8).readDoubleLE();
  }

  /** Everything that is left. */
  rest(): Buffer {
    return this.#take(this.#bytes.length - this.#at);
  }

  #take(length: number): Buffer {
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw new Error('unexpected EOF');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  skip(wire: number): void {
    if (wire === VARINT) this.varint();
    else if (wire === BYTES) this.bytes();
    else if (wire === FIXED64 || wire === FIXED32) this.#take(wire === FIXED64 ? 8 : 4);
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
