/** JSON as text: what Go's decoder says about a text that JSON.parse refuses, and counts that need no tree. */
import { goQuote } from '../kube/go-quote.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;

/** How deep arrays and objects nest, and how many keys all objects have together. The text must be valid JSON. */
export function measureJson(text: string): { depth: number; keys: number } {
  let depth = 0;
  let deepest = 0;
  let keys = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = endOfString(text, i);
    } else if (c === 0x7b || c === 0x5b) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if (c === 0x7d || c === 0x5d) depth--;
    else if (c === 0x3a) keys++;
  }
  return { depth: deepest, keys };
}

/** Half of a surrogate pair, escaped: JavaScript keeps it, Go and every byte on the wire do not. */
const SURROGATE = /\\u[dD][89a-fA-F]/;

/** How JSON.stringify writes half of a pair; a backslash that is one itself begins nothing. */
const BACKSLASH_OR_LONE = /\\\\|\\ud[89a-f][0-9a-f]{2}/g;

/** The value of a text, whose halves of surrogate pairs are U+FFFD. @throws SyntaxError */
export function parseAsGo(text: string): unknown {
  const value = JSON.parse(text) as unknown;
  if (!text.includes('\\u') || !SURROGATE.test(text)) return value;
  const replaced = JSON.stringify(value).replace(BACKSLASH_OR_LONE, (found) => (found === '\\\\' ? found : '\ufffd'));
  return JSON.parse(replaced) as unknown;
}

/**
 * Three digits of an exponent, or very many of a number: seldom in a text, and in every number beyond float64. A run of
 * digits is only looked at from its beginning: from each of them it would take time without end.
 */
const MAY_BE_BEYOND = /\d[eE]\+?\d{3}|(?<!\d)\d{200}/;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;

/** The first number that is too large for a float64, as it is written: JavaScript reads infinity. */
export function numberBeyondFloat(text: string): string | undefined {
  return MAY_BE_BEYOND.test(text) ? firstNumber(text, (number) => !Number.isFinite(Number(number))) : undefined;
}

/** So many digits has every integer that a float64 may not hold. */
const LONG_DIGITS = 16;
const DIGITS = /^-?\d{16,19}$/;
/** Schemas say bounds as float64 upstream, too, and nearly all integers there are bounds: that of an int64. */
const OF_SCHEMAS = 'openAPIV3Schema';

/** Whether an integer, as it is written, is an int64 of Go that JavaScript would write otherwise. */
export function losesDigits(number: string): boolean {
  if (!DIGITS.test(number)) return false;
  const value = BigInt(number);
  return BigInt.asIntN(64, value) === value && String(Number(number)) !== number;
}

/**
 * The first integer that would lose digits, as it is written; none of definitions of custom resources.
 *
 * @example
 * integerBeyondFloat('{"a":9007199254740993}') // '9007199254740993'
 */
export function integerBeyondFloat(text: string): string | undefined {
  return hasLongNumber(text) && !text.includes(OF_SCHEMAS) ? firstNumber(text, losesDigits) : undefined;
}

const isDigitCode = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Whether a text has so many digits in a row, which is seldom. Looks at one character of sixteen, mostly. */
function hasLongNumber(text: string): boolean {
  for (let end = LONG_DIGITS - 1; end < text.length; ) {
    let at = end;
    while (at > end - LONG_DIGITS && isDigitCode(text.charCodeAt(at))) at--;
    if (at === end - LONG_DIGITS) return true;
    end = at + LONG_DIGITS;
  }
  return false;
}

/** The first number of a valid text that is one of those meant, as it is written. */
function firstNumber(text: string, isMeant: (number: string) => boolean): string | undefined {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = endOfString(text, i);
    if (c !== MINUS && !isDigitCode(c)) continue;
    NUMBER.lastIndex = i;
    const number = NUMBER.exec(text)?.[0];
    if (number === undefined) continue;
    if (isMeant(number)) return number;
    i += number.length - 1;
  }
  return undefined;
}

/** Index of the closing quote of the string that opens at `start`. */
export function endOfString(text: string, start: number): number {
  for (let i = start + 1; ; ) {
    const quote = text.indexOf('"', i);
    if (quote < 0) return text.length;
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote;
    i = quote + 1;
  }
}

/** How many keys all objects of a parsed value have together: fewer than its text when keys came twice. */
export function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object') count += countKeys(item);
    return count;
  }
  const object = value as Record<string, unknown>;
  for (const key in object) {
    count++;
    const inner = object[key];
    if (typeof inner === 'object') count += countKeys(inner);
  }
  return count;
}

type Step = 'value' | 'value-or-end' | 'key' | 'key-or-end' | 'colon' | 'after-element' | 'after-pair' | 'end';

const LOOKING_FOR: Readonly<Record<Step, string>> = {
  value: 'looking for beginning of value',
  'value-or-end': 'looking for beginning of value',
  key: 'looking for beginning of object key string',
  'key-or-end': 'looking for beginning of object key string',
  colon: 'after object key',
  'after-element': 'after array element',
  'after-pair': 'after object key:value pair',
  end: 'after top-level value',
};

/** How encoding/json prints the byte at fault (quoteChar). Behind the end it sees a blank. */
function goChar(text: string, at: number): string {
  const c = text.charAt(at) || ' ';
  if (c === "'") return "'\\''";
  return c === '"' ? "'\"'" : `'${goQuote(c).slice(1, -1)}'`;
}

const END = 'unexpected end of JSON input';

/** A fault of one token, or where the token ends. */
type Token = { readonly fault: string } | { readonly end: number };

/**
 * The message of encoding/json for a text that is no JSON.
 *
 * @example
 * goSyntaxError('{"a":}') // "invalid character '}' looking for beginning of value"
 */
export function goSyntaxError(json: string | Buffer): string {
  // Go sees bytes.
  const text = (typeof json === 'string' ? Buffer.from(json) : json).toString('latin1');
  const nesting: ('{' | '[')[] = [];
  let step: Step = 'value';
  const closed = (): Step => (nesting.length === 0 ? 'end' : nesting.at(-1) === '{' ? 'after-pair' : 'after-element');
  for (let i = 0; i < text.length; ) {
    const c = text.charAt(i);
    const top = nesting.at(-1);
    const takesValue = step === 'value' || step === 'value-or-end';
    if (c === ' ' || c === '\n' || c === '\t' || c === '\r') i++;
    else if (closes(c, top, step)) {
      nesting.pop();
      step = closed();
      i++;
    } else if (c === ',' && (step === 'after-pair' || step === 'after-element')) {
      step = step === 'after-pair' ? 'key' : 'value';
      i++;
    } else if (c === ':' && step === 'colon') {
      step = 'value';
      i++;
    } else if (takesValue && (c === '{' || c === '[')) {
      nesting.push(c);
      step = c === '{' ? 'key-or-end' : 'value-or-end';
      i++;
    } else {
      const isKey: boolean = step === 'key' || step === 'key-or-end';
      const token = takesValue || (isKey && c === '"') ? tokenAt(text, i) : undefined;
      if (!token) return `invalid character ${goChar(text, i)} ${LOOKING_FOR[step]}`;
      if ('fault' in token) return token.fault;
      i = token.end;
      step = isKey ? 'colon' : closed();
    }
  }
  return END;
}

function closes(c: string, top: '{' | '[' | undefined, step: Step): boolean {
  if (c === '}') return top === '{' && (step === 'key-or-end' || step === 'after-pair');
  return c === ']' && top === '[' && (step === 'value-or-end' || step === 'after-element');
}

/** The string, number or word that begins there; undefined when none does. */
function tokenAt(text: string, start: number): Token | undefined {
  const c = text.charAt(start);
  if (c === '"') return stringAt(text, start);
  if (c === '-' || isDigit(c)) return numberAt(text, start);
  const word = ['true', 'false', 'null'].find((one) => one.startsWith(c));
  return word === undefined ? undefined : wordAt(text, start, word);
}

const isDigit = (c: string): boolean => c >= '0' && c <= '9';

function stringAt(text: string, start: number): Token {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '"') return { end: i + 1 };
    if (c < ' ') return { fault: `invalid character ${goChar(text, i)} in string literal` };
    if (c !== '\\') continue;
    const escaped = text.charAt(++i);
    if (escaped === 'u') {
      for (const end = i + 4; i < end; ) {
        if (/[0-9a-fA-F]/.test(text.charAt(++i))) continue;
        return { fault: `invalid character ${goChar(text, i)} in \\u hexadecimal character escape` };
      }
    } else if (escaped === '' || !'"\\/bfnrt'.includes(escaped)) {
      return { fault: `invalid character ${goChar(text, i)} in string escape code` };
    }
  }
  return { fault: END };
}

function numberAt(text: string, start: number): Token {
  let i = start;
  const fault = (where: string): Token => ({ fault: `invalid character ${goChar(text, i)} ${where}` });
  const digits = (): boolean => {
    const from = i;
    while (isDigit(text.charAt(i))) i++;
    return i > from;
  };
  if (text.charAt(i) === '-') i++;
  if (text.charAt(i) === '0') i++;
  else if (!digits()) return fault('in numeric literal');
  if (text.charAt(i) === '.') {
    i++;
    if (!digits()) return fault('after decimal point in numeric literal');
  }
  if (text.charAt(i) === 'e' || text.charAt(i) === 'E') {
    i++;
    if (text.charAt(i) === '+' || text.charAt(i) === '-') i++;
    if (!digits()) return fault('in exponent of numeric literal');
  }
  return { end: i };
}

function wordAt(text: string, start: number, word: string): Token {
  for (let n = 1; n < word.length; n++) {
    if (text.charAt(start + n) === word.charAt(n)) continue;
    const expected = goChar(word, n);
    return { fault: `invalid character ${goChar(text, start + n)} in literal ${word} (expecting ${expected})` };
  }
  return { end: start + word.length };
}
