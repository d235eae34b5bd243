import type { Random } from '../../base/random.ts';

const HEX = 16;
/** Digits of the last part of a UUID. */
const COUNTER_DIGITS = 12;
const FIRST_COUNTS = 2 ** 40;
const COUNTS = 2 ** 48;
const LAST_DIGITS = 4;
const LAST_COUNTS = 2 ** 16;
const BYTES = Array.from({ length: 256 }, (_, byte) => byte.toString(HEX).padStart(2, '0'));

/**
 * UUIDs of version 4 that differ in a counter: every answer bears one, and random bytes for each would be felt. Who
 * remembers many of them keeps the number.
 *
 * @example
 * const ids = new AuditIds(random);
 * ids.text(ids.next()) // 'f81d4fae-7dec-41d0-a765-00a0c91e6bf6'
 */
export class AuditIds {
  readonly #prefix: string;
  #count: number;
  /** Of the newest one, all but the last digits: many have them in common. */
  #stem = '';
  #stemOf = -1;

  constructor(random: Random) {
    this.#prefix = random.uuid().slice(0, -COUNTER_DIGITS);
    this.#count = Math.floor(random.fraction() * FIRST_COUNTS);
  }

  /** The number of another one. */
  next(): number {
    this.#count = (this.#count + 1) % COUNTS;
    return this.#count;
  }

  text(count: number): string {
    const last = count % LAST_COUNTS;
    const first = (count - last) / LAST_COUNTS;
    if (first !== this.#stemOf) {
      this.#stemOf = first;
      this.#stem = this.#prefix + first.toString(HEX).padStart(COUNTER_DIGITS - LAST_DIGITS, '0');
    }
    return `${this.#stem}${BYTES[last >> 8]}${BYTES[last & 0xff]}`;
  }
}
