import { STATIC_FIELDS } from './hpack-table.ts';
import { huffmanText } from './huffman.ts';
import { CODE, ConnectionError } from './protocol.ts';

/** What a table may hold unless settings say otherwise (RFC 7541, section 4.2; RFC 9113, section 6.5.2). */
const TABLE_BYTES = 4096;
/** What a field costs besides its texts (section 4.1). */
const FIELD_BYTES = 32;
/** A table that holds so many is cut to what it has. */
const FORGOTTEN_MAX = 256;

/** The fields of a header block. */
export interface HeaderFields {
  /** Names and values alternately. */
  readonly list: string[];
  /** Whether there were more than the limit allows: then the list has only the first of them. */
  readonly isTooLarge: boolean;
}

/** Reads header blocks of one connection, which share a table (RFC 7541). */
export class HpackDecoder {
  readonly #limitBytes: number;
  /** The dynamic table: its newest field comes last. */
  #names: string[] = [];
  #values: string[] = [];
  /** How many of the first fields have been evicted. */
  #evicted = 0;
  #bytes = 0;
  #tableBytes = TABLE_BYTES;
  #at = 0;

  /** @param limitBytes how large all fields of a block may be together */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Whether blocks have nothing to do with each other, since the other side does not use its table. */
  get isStateless(): boolean {
    return this.#tableBytes === 0;
  }

  /** @throws ConnectionError for a block that is none: the table is not what the other side takes it for any more */
  decode(block: Buffer): HeaderFields {
    const list: string[] = [];
    let bytes = 0;
    this.#at = 0;
    while (this.#at < block.length) {
      const first = block[this.#at] as number;
      let name: string;
      let value: string;
      if (first & 0x80) {
        const index = this.#integer(block, 7);
        name = this.#nameOf(index);
        value = this.#valueOf(index);
      } else if ((first & 0xe0) === 0x20) {
        this.#resize(this.#integer(block, 5), list.length > 0);
        continue;
      } else {
        const isKept = (first & 0x40) !== 0;
        const index = this.#integer(block, isKept ? 6 : 4);
        name = index === 0 ? this.#text(block) : this.#nameOf(index);
        value = this.#text(block);
        if (isKept) this.#keep(name, value);
      }
      bytes += name.length + value.length + FIELD_BYTES;
      // The rest still has to be read: it changes the table. But a few bytes must not become gigabytes.
      if (bytes <= this.#limitBytes) list.push(name, value);
    }
    return { list, isTooLarge: bytes > this.#limitBytes };
  }

  /** An integer whose first bits are the last of a byte (section 5.1). */
  #integer(block: Buffer, prefixBits: number): number {
    const most = (1 << prefixBits) - 1;
    const first = (block[this.#at++] as number) & most;
    if (first < most) return first;
    let value = most;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = block[this.#at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    throw new ConnectionError(CODE.compressionError, 'an integer without an end');
  }

  #text(block: Buffer): string {
    const first = block[this.#at];
    if (first === undefined) throw new ConnectionError(CODE.compressionError, 'a field without its text');
    const length = this.#integer(block, 7);
    const start = this.#at;
    const end = start + length;
    if (end > block.length) throw new ConnectionError(CODE.compressionError, 'a text without its end');
    this.#at = end;
    if (length === 0) return '';
    return first & 0x80 ? huffmanText(block, start, end) : block.toString('latin1', start, end);
  }

  #nameOf(index: number): string {
    if (index >= 1 && index <= STATIC_FIELDS.length) return (STATIC_FIELDS[index - 1] as readonly [string, string])[0];
    return this.#names[this.#place(index)] as string;
  }

  #valueOf(index: number): string {
    if (index >= 1 && index <= STATIC_FIELDS.length) return (STATIC_FIELDS[index - 1] as readonly [string, string])[1];
    return this.#values[this.#place(index)] as string;
  }

  /** Where a field of the dynamic table is: the newest has the first number behind the static ones. */
  #place(index: number): number {
    const place = this.#names.length - (index - STATIC_FIELDS.length);
    if (index === 0 || place < this.#evicted) throw new ConnectionError(CODE.compressionError, `no field ${index}`);
    return place;
  }

  #resize(bytes: number, isLate: boolean): void {
    if (isLate || bytes > TABLE_BYTES) throw new ConnectionError(CODE.compressionError, 'a table of the wrong size');
    this.#tableBytes = bytes;
    this.#evict();
  }

  #keep(name: string, value: string): void {
    this.#names.push(name);
    this.#values.push(value);
    this.#bytes += name.length + value.length + FIELD_BYTES;
    this.#evict();
  }

  #evict(): void {
    while (this.#bytes > this.#tableBytes) {
      const name = this.#names[this.#evicted] as string;
      const value = this.#values[this.#evicted] as string;
      this.#names[this.#evicted] = '';
      this.#values[this.#evicted] = '';
      this.#bytes -= name.length + value.length + FIELD_BYTES;
      this.#evicted += 1;
    }
    if (this.#evicted < FORGOTTEN_MAX) return;
    this.#names = this.#names.slice(this.#evicted);
    this.#values = this.#values.slice(this.#evicted);
    this.#evicted = 0;
  }
}
