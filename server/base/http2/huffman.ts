import { CODE, ConnectionError } from './protocol.ts';

/**
 * How many bits each byte has in HPACK's Huffman code (RFC 7541, appendix B). The code is a canonical one: bytes of
 * the same length have codes that follow each other, so that the lengths say everything.
 */
const CODE_BITS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26,
];
/** The end of a string, which no string may have in it. */
const END = 256;
const END_BITS = 30;

/** A step of {@link steps}: the next state, whether the text may end there, whether a byte is complete, and which. */
const NEXT_BITS = 9;
const MAY_END = 1 << NEXT_BITS;
const IS_BYTE = 1 << (NEXT_BITS + 1);
const BYTE_SHIFT = NEXT_BITS + 2;
const NO_CODE = -1;

/** For each place in the tree of codes, what is on either side: another place, or a symbol as `~symbol`. */
function buildTree(): number[] {
  const tree: number[] = [0, 0];
  const symbols = [...CODE_BITS.keys(), END].map((symbol) => ({ symbol, bits: CODE_BITS[symbol] ?? END_BITS }));
  symbols.sort((one, other) => one.bits - other.bits || one.symbol - other.symbol);
  let code = 0;
  let length = 0;
  for (const { symbol, bits } of symbols) {
    code = (code << (bits - length)) >>> 0;
    length = bits;
    let place = 0;
    for (let bit = bits - 1; bit > 0; bit--) {
      const side = place + ((code >>> bit) & 1);
      tree[side] ||= tree.push(0, 0) - 2;
      place = tree[side] as number;
    }
    tree[place + (code & 1)] = ~symbol;
    code += 1;
  }
  return tree;
}

/** Places from which less than a byte of ones leads: these may stand behind the last code. */
function placesOfAnEnd(tree: readonly number[]): Set<number> {
  const places = new Set<number>([0]);
  for (let place = 0, bits = 1; bits < 8; bits++) {
    place = tree[place + 1] as number;
    places.add(place);
  }
  return places;
}

/** Where half a byte leads from each place, or 0 as long as nobody has come there; no code has less than five bits. */
class Steps {
  readonly #tree = buildTree();
  readonly #ends = placesOfAnEnd(this.#tree);
  readonly known = new Int32Array((this.#tree.length / 2) * 16);

  /** Finds one out: most texts need few of them, and the first request of a server waits for it. */
  find(index: number): number {
    const half = index & 15;
    let place = (index >> 4) * 2;
    let step = 0;
    for (let bit = 3; bit >= 0 && step !== NO_CODE; bit--) {
      const next = this.#tree[place + ((half >> bit) & 1)] as number;
      if (next === ~END) step = NO_CODE;
      else if (next < 0) step |= IS_BYTE | (~next << BYTE_SHIFT);
      place = Math.max(next, 0);
    }
    if (step !== NO_CODE) step |= (place >> 1) | (this.#ends.has(place) ? MAY_END : 0);
    this.known[index] = step;
    return step;
  }
}

let steps: Steps | undefined;
let scratch = Buffer.allocUnsafe(4096);

/** A text in HPACK's Huffman code. @throws ConnectionError for what is none */
export function huffmanText(from: Buffer, start: number, end: number): string {
  steps ??= new Steps();
  const { known } = steps;
  const most = Math.ceil(((end - start) * 8) / 5);
  if (scratch.length < most) scratch = Buffer.allocUnsafe(most);
  let state = 0;
  let length = 0;
  let last = MAY_END;
  for (let at = start; at < end; at++) {
    const byte = from[at] as number;
    for (let half = byte >> 4, turn = 0; turn < 2; half = byte & 15, turn++) {
      const index = state * 16 + half;
      last = known[index] || steps.find(index);
      if (last === NO_CODE) throw new ConnectionError(CODE.compressionError, 'a text with an end in it');
      if (last & IS_BYTE) scratch[length++] = last >> BYTE_SHIFT;
      state = last & (MAY_END - 1);
    }
  }
  if ((last & MAY_END) === 0) throw new ConnectionError(CODE.compressionError, 'a text that ends in a code');
  return scratch.toString('latin1', 0, length);
}
