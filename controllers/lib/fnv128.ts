/** FNV-1a of 128 bits (hash/fnv.New128a), by which upstream puts ports and subsets in order. */

/** 0x6c62272e07bb014262b821756295c58d in pieces of 16 bits, the lowest first. */
const OFFSET = [0xc58d, 0x6295, 0x2175, 0x62b8, 0x0142, 0x07bb, 0x272e, 0x6c62] as const;
/** The prime is 2^88 + 0x13b. */
const PRIME_LOW = 0x13b;
const PIECES = 8;

/**
 * The hash as 32 hexadecimal digits, which sort as Go sorts its bytes.
 *
 * @example
 * fnv128('') // '6c62272e07bb014262b821756295c58d'
 */
export function fnv128(text: string): string {
  const hash = new Uint16Array(OFFSET);
  const product = new Float64Array(PIECES);
  for (const byte of Buffer.from(text)) {
    hash[0] = (hash[0] ?? 0) ^ byte;
    for (let i = 0; i < PIECES; i++) product[i] = (hash[i] ?? 0) * PRIME_LOW;
    // Shifted by 88 bits, only the lowest three pieces stay below 2^128.
    for (let i = 0; i < 3; i++) {
      const piece = hash[i] ?? 0;
      product[i + 5] = (product[i + 5] ?? 0) + ((piece << 8) & 0xffff);
      if (i < 2) product[i + 6] = (product[i + 6] ?? 0) + (piece >>> 8);
    }
    let carry = 0;
    for (let i = 0; i < PIECES; i++) {
      const sum = (product[i] ?? 0) + carry;
      hash[i] = sum & 0xffff;
      carry = Math.floor(sum / 0x10000);
    }
  }
  let digits = '';
  for (let i = PIECES - 1; i >= 0; i--) digits += (hash[i] ?? 0).toString(16).padStart(4, '0');
  return digits;
}
