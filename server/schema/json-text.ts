/** JSON as text: what Go's decoder says about a text that JSON.parse refuses, and counts that need no tree. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

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

/** How encoding/json prints the character at fault (quoteChar). */
function goChar(c: string): string {
  if (c === "'") return "'\\''";
  if (c === '"') return "'\"'";
  const code = c.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return `'${c === '\\' ? '\\\\' : c}'`;
  const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\b': '\\b', '\f': '\\f', '\v': '\\v', '\x07': '\\a' };
  if (named[c]) return `'${named[c]}'`;
  if (code < 0x80) return `'\\x${code.toString(16).padStart(2, '0')}'`;
  return `'${Buffer.from(c).subarray(0, 1).toString('latin1')}'`;
}

const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null/y;

/**
 * The message of encoding/json for a text that is no JSON.
 *
 * @example
 * goSyntaxError('{"a":}') // "invalid character '}' looking for beginning of value"
 */
export function goSyntaxError(text: string): string {
  const nesting: ('{' | '[')[] = [];
  let step: Step = 'value';
  const closed = (): Step => (nesting.length === 0 ? 'end' : nesting.at(-1) === '{' ? 'after-pair' : 'after-element');
  for (let i = 0; i < text.length; ) {
    const c = text.charAt(i);
    if (c === ' ' || c === '\n' || c === '\t' || c === '\r') {
      i++;
      continue;
    }
    const fault = (): string => `invalid character ${goChar(c)} ${LOOKING_FOR[step]}`;
    const top = nesting.at(-1);
    if (c === '}' && top === '{' && (step === 'key-or-end' || step === 'after-pair')) {
      nesting.pop();
      step = closed();
      i++;
    } else if (c === ']' && top === '[' && (step === 'value-or-end' || step === 'after-element')) {
      nesting.pop();
      step = closed();
      i++;
    } else if (c === ',' && (step === 'after-pair' || step === 'after-element')) {
      step = step === 'after-pair' ? 'key' : 'value';
      i++;
    } else if (c === ':' && step === 'colon') {
      step = 'value';
      i++;
    } else if (step === 'key' || step === 'key-or-end') {
      if (c !== '"') return fault();
      const problem = stringFault(text, i);
      if (problem) return problem;
      i = endOfString(text, i) + 1;
      step = 'colon';
    } else if (step === 'value' || step === 'value-or-end') {
      if (c === '{' || c === '[') {
        nesting.push(c);
        step = c === '{' ? 'key-or-end' : 'value-or-end';
        i++;
        continue;
      }
      if (c === '"') {
        const problem = stringFault(text, i);
        if (problem) return problem;
        i = endOfString(text, i) + 1;
      } else {
        SCALAR.lastIndex = i;
        if (!SCALAR.test(text)) return scalarFault(text, i) ?? fault();
        i = SCALAR.lastIndex;
      }
      step = closed();
    } else return fault();
  }
  return 'unexpected end of JSON input';
}

/** A control character or a bad escape inside the string that opens at `start`, or the end of the text. */
function stringFault(text: string, start: number): string | undefined {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '"') return undefined;
    if (c < ' ') return `invalid character ${goChar(c)} in string literal`;
    if (c !== '\\') continue;
    const escape = text.charAt(++i);
    if (escape === '') break;
    if (escape === 'u') {
      for (let n = 1; n <= 4; n++) {
        const digit = text.charAt(i + n);
        if (digit === '') return 'unexpected end of JSON input';
        if (!/[0-9a-fA-F]/.test(digit)) return `invalid character ${goChar(digit)} in \\u hexadecimal character escape`;
      }
      i += 4;
    } else if (!'"\\/bfnrt'.includes(escape)) return `invalid character ${goChar(escape)} in string escape code`;
  }
  return 'unexpected end of JSON input';
}

/** A word that begins like true, false or null, or a number that stops too early. */
function scalarFault(text: string, start: number): string | undefined {
  for (const word of ['true', 'false', 'null']) {
    if (text.charAt(start) !== word.charAt(0)) continue;
    for (let n = 1; n < word.length; n++) {
      const c = text.charAt(start + n);
      if (c === '') return 'unexpected end of JSON input';
      if (c !== word.charAt(n)) return `invalid character ${goChar(c)} in literal ${word} (expecting ${goChar(word.charAt(n))})`;
    }
  }
  if (text.charAt(start) !== '-') return undefined;
  const next = text.charAt(start + 1);
  return next === '' ? 'unexpected end of JSON input' : `invalid character ${goChar(next)} in numeric literal`;
}
