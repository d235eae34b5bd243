import { type HeaderFields, HpackDecoder } from '../../../base/http2/hpack-decoder.ts';

/** Heads and ends of calls that go well are two; the others are those of errors. */
const KNOWN_MAX = 8;

/**
 * Decodes header blocks. Servers that are asked not to use a table send the same bytes again and again, which mean the
 * same then: these are decoded once.
 */
export class KnownBlocks {
  readonly #decoder: HpackDecoder;
  readonly #known: { readonly block: Buffer; readonly fields: HeaderFields }[] = [];
  #oldest = 0;

  /** @param limitBytes how large all fields of a block may be together */
  constructor(limitBytes: number) {
    this.#decoder = new HpackDecoder(limitBytes);
  }

  /** @throws ConnectionError for a block that is none */
  decode(block: Buffer): HeaderFields {
    if (!this.#decoder.isStateless) return this.#decoder.decode(block);
    for (const known of this.#known) if (known.block.equals(block)) return known.fields;
    const fields = this.#decoder.decode(block);
    // A block can end that state, too.
    if (this.#decoder.isStateless) {
      this.#known[this.#oldest] = { block: Buffer.from(block), fields };
      this.#oldest = (this.#oldest + 1) % KNOWN_MAX;
    } else {
      this.#known.length = 0;
      this.#oldest = 0;
    }
    return fields;
  }
}
