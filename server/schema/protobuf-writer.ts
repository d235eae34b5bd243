/**
 * Bytes of a protobuf message, written from its end to its beginning: the length of what is inside is known before it
 * is written, so that nothing is measured first or moved afterwards. Upstream's generated code does the same.
 */

const FIRST_BYTES = 16 * 1024;
const SMALL = 0x80;
const TWO_32 = 2 ** 32;

export class BackwardWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  /** Where the first byte is that has been written. */
  #at = FIRST_BYTES;

  /** How many bytes there are. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  /** The bytes so far, as a copy of their own; the writer is empty afterwards. */
  take(): Buffer {
    const bytes = Buffer.from(this.#buffer.subarray(this.#at));
    this.#at = this.#buffer.length;
    return bytes;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[--this.#at] = value;
  }

  /** An unsigned number below 2 to the power of 53. */
  varint(value: number): void {
    if (value < SMALL) {
      this.byte(value);
      return;
    }
    this.#reserve(8);
    let length = 1;
    for (let rest = value; rest >= SMALL; rest = Math.floor(rest / SMALL)) length++;
    this.#at -= length;
    let at = this.#at;
    let rest = value;
    for (; rest >= TWO_32; rest = Math.floor(rest / SMALL)) this.#buffer[at++] = (rest % SMALL) | SMALL;
    for (; rest >= SMALL; rest >>>= 7) this.#buffer[at++] = (rest & 0x7f) | SMALL;
    this.#buffer[at] = rest;
  }

  /** Negative numbers have ten bytes: they are unsigned ones of 64 bits to protobuf. */
  integer(value: number): void {
    if (value >= 0) {
      this.varint(value);
      return;
    }
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | SMALL);
    bytes.push(Number(rest));
    for (let i = bytes.length - 1; i >= 0; i--) this.byte(bytes[i] as number);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    this.#buffer.writeDoubleLE(value, this.#at);
  }

  /** A text and its length. */
  text(value: string): void {
    const bytes = Buffer.byteLength(value);
    this.#reserve(bytes);
    this.#at -= bytes;
    if (bytes > 0) this.#buffer.write(value, this.#at, bytes);
    this.varint(bytes);
  }

  /** Bytes and their length. */
  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#at -= value.length;
    this.#buffer.set(value, this.#at);
    this.varint(value.length);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#at) return;
    const used = this.length;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, used + bytes));
    this.#buffer.copy(grown, grown.length - used, this.#at);
    this.#at = grown.length - used;
    this.#buffer = grown;
  }
}
