/** Writes DER, the encoding of certificates (ITU-T X.690): only the types that an X.509 certificate has. */

const UTC_TIME_ENDS = Date.UTC(2050, 0, 1);

/** One value with its tag; lengths are in the shortest form. */
export function tagged(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of contents) length += part.length;
  const header = length < 0x80 ? [tag, length] : longHeader(tag, length);
  return Buffer.concat([Buffer.from(header), ...contents]);
}

function longHeader(tag: number, length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return [tag, 0x80 | bytes.length, ...bytes];
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, ...parts);

export const setOf = (...parts: readonly Uint8Array[]): Buffer => tagged(0x31, ...parts);

/** A context tag around a complete value. */
export const explicit = (number: number, content: Uint8Array): Buffer => tagged(0xa0 | number, content);

/** A context tag in place of the tag of a primitive value. */
export const implicit = (number: number, content: Uint8Array): Buffer => tagged(0x80 | number, content);

/** A number that is not negative, most significant byte first. */
export function integer(bytes: Uint8Array): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const shortest = bytes.subarray(start);
  // A first bit that is set would make the number negative.
  return ((shortest[0] ?? 0) & 0x80) === 0 ? tagged(0x02, shortest) : tagged(0x02, Buffer.of(0), shortest);
}

export const boolean = (value: boolean): Buffer => tagged(0x01, Buffer.of(value ? 0xff : 0));

export const octetString = (content: Uint8Array): Buffer => tagged(0x04, content);

/** @param unusedBits how many bits at the end do not count */
export const bitString = (content: Uint8Array, unusedBits = 0): Buffer => tagged(0x03, Buffer.of(unusedBits), content);

export const utf8String = (text: string): Buffer => tagged(0x0c, Buffer.from(text));

/**
 * @example
 * objectIdentifier('2.5.4.3') // the type "common name"
 */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const groups = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift(0x80 | (left & 0x7f));
    bytes.push(...groups);
  }
  return tagged(0x06, Buffer.from(bytes));
}

/** Whole seconds. Years from 2050 on have four digits (RFC 5280, 4.1.2.5). */
export function time(timeMs: number): Buffer {
  const digits = new Date(timeMs)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  return timeMs < UTC_TIME_ENDS ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}
