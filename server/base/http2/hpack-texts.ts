/** How HPACK writes numbers and texts (RFC 7541, section 5). */

/** More than the integers before a text take. */
export const SPARE_BYTES = 16;

/** An integer behind the first bits of a byte (RFC 7541, section 5.1). @returns where it ends */
export function writeInteger(to: Uint8Array, from: number, first: number, prefixBits: number, value: number): number {
  const most = (1 << prefixBits) - 1;
  let at = from;
  if (value < most) {
    to[at++] = first | value;
    return at;
  }
  to[at++] = first | most;
  let rest = value - most;
  for (; rest >= 128; rest >>>= 7) to[at++] = (rest & 127) | 128;
  to[at++] = rest;
  return at;
}

/**
 * A text as it is: Huffman's code would cost more time than it saves.
 *
 * @throws TypeError for a character that no header may have, as Node does
 */
export function writeText(to: Uint8Array, from: number, text: string, name: string): number {
  let at = writeInteger(to, from, 0, 7, text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff)
      throw new TypeError(`Invalid character in header content [${JSON.stringify(name)}]`);
    to[at++] = code;
  }
  return at;
}
