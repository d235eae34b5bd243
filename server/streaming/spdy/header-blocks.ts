/** Blocks of names and values, compressed as one stream over the whole connection (draft 3.1, 2.6.10). */
import { constants, createInflate, type Inflate } from 'node:zlib';
import { LIMITS } from '../../kube/limits.ts';
import { HEADER_DICTIONARY, HEADER_DICTIONARY_ID } from './header-dictionary.ts';

export type Headers = ReadonlyMap<string, string>;

const COUNT_BYTES = 4;
/** Begins a zlib stream that knows the dictionary: CMF 0x78, FLG 0x20 (FDICT). */
const ZLIB_HEAD = 0x7820;

/** @throws Error for what is no block of headers */
export function parseHeaders(block: Buffer): Headers {
  let at = 0;
  const count = (): number => {
    if (at + COUNT_BYTES > block.length) throw new Error('a block of headers ends too early');
    const value = block.readUInt32BE(at);
    at += COUNT_BYTES;
    return value;
  };
  const text = (): string => {
    const length = count();
    if (at + length > block.length) throw new Error('a block of headers ends too early');
    const value = block.toString('latin1', at, at + length);
    at += length;
    return value;
  };
  const headers = new Map<string, string>();
  for (let left = count(); left > 0; left--) {
    const name = text().toLowerCase();
    // Several values stand with NUL between them; nothing here has more than one.
    const [value = ''] = text().split('\0');
    headers.set(name, value);
  }
  return headers;
}

/** Decompresses the blocks of one connection, which have to be read in their order, one after the other. */
export class HeaderReader {
  readonly #inflate: Inflate;
  #parts: Buffer[] = [];
  #bytes = 0;
  #failed: ((error: Error) => void) | undefined;

  constructor() {
    this.#inflate = createInflate({ dictionary: HEADER_DICTIONARY, flush: constants.Z_SYNC_FLUSH });
    this.#inflate.on('data', (part: Buffer) => this.#take(part));
    this.#inflate.on('error', (error) => this.#failed?.(error));
  }

  /** @returns a failure for what cannot be decompressed, or becomes too large */
  read(block: Buffer): Promise<Headers> {
    this.#parts = [];
    this.#bytes = 0;
    return new Promise((resolve, reject) => {
      this.#failed = reject;
      this.#inflate.write(block, (error) => {
        if (error) return;
        // What has come out waits here if the stream is not flowing yet.
        while (this.#inflate.read() !== null);
        try {
          resolve(parseHeaders(Buffer.concat(this.#parts)));
        } catch (problem) {
          reject(problem as Error);
        }
      });
    });
  }

  close(): void {
    this.#inflate.destroy();
  }

  #take(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes <= LIMITS.streamHeaderBytes) this.#parts.push(part);
    else this.#inflate.destroy(new Error('a block of headers is too large'));
  }
}

/**
 * Compresses blocks, though not by much: each is a block of deflate that is stored as it is, which every zlib reads.
 * What a server says in headers is a few bytes, and this needs neither memory nor another thread.
 */
export class HeaderWriter {
  #hasBegun = false;

  write(headers: Headers): Buffer {
    const parts: Buffer[] = [];
    const count = (value: number): void => {
      const bytes = Buffer.alloc(COUNT_BYTES);
      bytes.writeUInt32BE(value);
      parts.push(bytes);
    };
    count(headers.size);
    for (const text of [...headers].flat()) {
      count(text.length);
      parts.push(Buffer.from(text, 'latin1'));
    }
    const block = Buffer.concat(parts);
    // An empty one after it, as zlib's sync flush: some readers, Go's among them, hand on nothing before.
    return Buffer.concat([this.#begin(), storedHead(block.length), block, storedHead(0)]);
  }

  #begin(): Buffer {
    if (this.#hasBegun) return Buffer.alloc(0);
    this.#hasBegun = true;
    const head = Buffer.alloc(6);
    head.writeUInt16BE(ZLIB_HEAD);
    head.writeUInt32BE(HEADER_DICTIONARY_ID, 2);
    return head;
  }
}

/** A block that is not the last one, of the type "stored": its length, and the same inverted. */
function storedHead(length: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(length, 1);
  head.writeUInt16LE(~length & 0xffff, 3);
  return head;
}
