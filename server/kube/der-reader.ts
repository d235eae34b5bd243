/**
 * Reads DER, the encoding of certificates (ITU-T X.690): values with tags of one byte and definite lengths. Errors are
 * worded as Go's.
 */

/** One value. */
export interface DerValue {
  readonly tag: number;
  /** Tag, length and content, as they were signed. */
  readonly bytes: Buffer;
  readonly content: Buffer;
}

/** Tags of the types that certificates and requests for them have. */
export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Go goes into details here. */
export const UNEXPECTED = "asn1: structure error: tags don't match";

const LONG_TAG = 0x1f;
const LENGTH_BYTES_MAX = 4;

/** All values in `bytes`, one after the other. @throws Error when they do not fill it exactly */
export function readValues(bytes: Buffer): DerValue[] {
  const values: DerValue[] = [];
  for (let at = 0; at < bytes.length; ) {
    const value = readValue(bytes, at);
    values.push(value);
    at += value.bytes.length;
  }
  return values;
}

function readValue(bytes: Buffer, start: number): DerValue {
  const [tag = 0, first = -1] = [bytes[start], bytes[start + 1]];
  if ((tag & LONG_TAG) === LONG_TAG) throw new Error(UNEXPECTED);
  if (first < 0) throw new Error('asn1: syntax error: truncated tag or length');
  let at = start + 2;
  let length = first;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0) throw new Error('asn1: syntax error: indefinite length found (not DER)');
    if (count > LENGTH_BYTES_MAX) throw new Error('asn1: structure error: length too large');
    if (at + count > bytes.length) throw new Error('asn1: syntax error: truncated tag or length');
    length = bytes.readUIntBE(at, count);
    at += count;
    // The shortest form is the only one: what is signed can be written in one way.
    if (length < 0x80 || length < 2 ** (8 * (count - 1))) throw new Error('asn1: structure error: non-minimal length');
  }
  if (at + length > bytes.length) throw new Error('asn1: syntax error: data truncated');
  return { tag, bytes: bytes.subarray(start, at + length), content: bytes.subarray(at, at + length) };
}

/** The values in a value of a certain type. @throws Error for another type */
export function readInside(value: DerValue | undefined, tag: number): DerValue[] {
  return readValues(contentOf(value, tag));
}

/** @throws Error for another type, and where there is none */
export function contentOf(value: DerValue | undefined, tag: number): Buffer {
  if (value?.tag !== tag) throw new Error(UNEXPECTED);
  return value.content;
}

/** `2.5.4.3`. @throws Error for another type */
export function readObjectIdentifier(value: DerValue | undefined): string {
  const parts: number[] = [];
  let part = 0;
  for (const byte of contentOf(value, TAG.objectIdentifier)) {
    part = part * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    parts.push(part);
    part = 0;
  }
  const [first = 0, ...rest] = parts;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...rest].join('.');
}
