import type { Token } from './lexer.ts';

/** What literals stand for. */

const NAMED: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
  '\\': 0x5c,
  "'": 0x27,
  '"': 0x22,
  '`': 0x60,
  '?': 0x3f,
};

/** The text of a string literal, quotes and prefix included; throws what cel-go says about an impossible one. */
export function unquoteString(literal: string): string {
  const { body, raw } = bodyOf(literal);
  if (raw || !body.includes('\\')) return body;
  return body.replace(/\\(?:[xX](..)|u(....)|U(.{8})|([0-3]..)|(.))/gsu, (_whole, x, u, long, octal, named) => {
    if (named !== undefined) return String.fromCharCode(namedEscape(named));
    const code = octal === undefined ? Number.parseInt(x ?? u ?? long, 16) : Number.parseInt(octal, 8);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) throw new Error('invalid unicode code point');
    return String.fromCodePoint(code);
  });
}

/** The bytes of a bytes literal without its `b`. */
export function unquoteBytes(literal: string): Uint8Array {
  const { body, raw } = bodyOf(literal);
  if (raw || !body.includes('\\')) return Buffer.from(body);
  const parts = Array.from(body.matchAll(/\\(?:[xX](..)|([uU])|([0-3]..)|(.))|[^\\]+/gsu), (match) => {
    const [whole, hex, unicode, octal, named] = match;
    if (unicode !== undefined) throw new Error('unable to unescape string');
    if (hex !== undefined) return Buffer.of(Number.parseInt(hex, 16));
    if (octal !== undefined) return Buffer.of(Number.parseInt(octal, 8));
    return named === undefined ? Buffer.from(whole) : Buffer.of(namedEscape(named));
  });
  return Buffer.concat(parts);
}

function namedEscape(name: string): number {
  const code = NAMED[name];
  if (code === undefined) throw new Error('unable to unescape string');
  return code;
}

function bodyOf(literal: string): { body: string; raw: boolean } {
  const raw = /^[rR]/.test(literal);
  const quoted = raw ? literal.slice(1) : literal;
  const width = quoted.length >= 6 && /^("""|''')/.test(quoted) ? 3 : 1;
  return { body: quoted.slice(width, quoted.length - width), raw };
}

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const MAX_UINT64 = 2n ** 64n - 1n;

/** The type and the value of a number; without a value when it is too large. */
export function readNumber(
  { type, text }: Token,
  negative: boolean,
): { type: 'int' | 'uint' | 'double'; value: bigint | number | undefined } {
  if (type === 'NUM_FLOAT') {
    const value = Number(text) * (negative ? -1 : 1);
    return { type: 'double', value: Number.isFinite(value) ? value : undefined };
  }
  if (type === 'NUM_UINT') {
    const value = BigInt(text.slice(0, -1));
    return { type: 'uint', value: negative || value > MAX_UINT64 ? undefined : value };
  }
  const value = BigInt(text) * (negative ? -1n : 1n);
  return { type: 'int', value: value > MAX_INT64 || value < MIN_INT64 ? undefined : value };
}
