import { CostLimitExceeded } from '../evaluate/frame.ts';
import type { Library } from '../types/functions.ts';
import { items } from '../values/json-values.ts';
import { keyText } from '../values/keys.ts';
import { codePointLength, codePoints, slice } from '../values/strings.ts';
import { CelError, type CelList, type Int, type Value, ValueList } from '../values/value.ts';

/** The functions of texts: those of the language, and version 2 of its strings library. */

/** No text of a budget is that long; JavaScript could not hold it. */
const LONGEST = 2 ** 27;

function refuseLong(length: number): void {
  if (length > LONGEST) throw new CostLimitExceeded();
}

const outOfRange = (index: Int): CelError => new CelError(`index out of range: ${index}`);

function charAt(text: string, index: Int): Value {
  const characters = codePoints(text);
  if (index < 0 || index > characters.length) return outOfRange(index);
  return slice(characters, Number(index), Number(index) + 1);
}

function indexOf(text: string, part: string, from: Int = 0): Value {
  const characters = codePoints(text);
  if (part === '' && from >= 0) return from >= characters.length ? characters.length : from;
  if (from < 0) return outOfRange(from);
  if (from >= characters.length) return -1;
  if (typeof characters === 'string') return text.indexOf(part, Number(from));
  const start = slice(characters, 0, Number(from)).length;
  const found = text.indexOf(part, start);
  return found < 0 ? -1 : codePointLength(text.slice(0, found));
}

function lastIndexOf(text: string, part: string, from?: Int): Value {
  const characters = codePoints(text);
  if (from === undefined) {
    if (part === '') return characters.length;
    if (Buffer.byteLength(text) < Buffer.byteLength(part)) return -1;
    return lastIndexOf(text, part, characters.length - 1);
  }
  if (from < 0) return outOfRange(from);
  if (part === '') return from > characters.length ? characters.length : from;
  if (from >= characters.length) return -1;
  const before = slice(characters, 0, Number(from)).length;
  const found = text.lastIndexOf(part, before);
  return found < 0 ? -1 : codePointLength(text.slice(0, found));
}

function substring(text: string, start: Int, end?: Int): Value {
  const characters = codePoints(text);
  if (end !== undefined && start > end) {
    return new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  }
  if (start < 0 || start > characters.length) return outOfRange(start);
  if (end !== undefined && (end < 0 || end > characters.length)) return outOfRange(end);
  return slice(characters, Number(start), end === undefined ? undefined : Number(end));
}

function replace(text: string, part: string, by: string, limit: Int = -1): Value {
  refuseLong((text.length / Math.max(part.length, 1) + 1) * by.length + text.length);
  if (limit < 0)
    return part === '' ? replaceEmpty(text, by, Number.POSITIVE_INFINITY) : text.replaceAll(part, () => by);
  if (part === '') return replaceEmpty(text, by, Number(limit));
  const parts = text.split(part);
  const count = Math.min(Number(limit), parts.length - 1);
  return [...parts.slice(0, count), parts.slice(count).join(part)].join(by);
}

/** Nothing is found before each character and at the end. */
function replaceEmpty(text: string, by: string, limit: number): string {
  const characters = Array.from(codePoints(text));
  const replaced = characters.map((character, index) => (index < limit ? by : '') + character);
  return replaced.join('') + (characters.length < limit ? by : '');
}

function split(text: string, separator: string, limit: Int = -1): Value {
  if (limit === 0) return new ValueList([]);
  const parts = separator === '' ? Array.from(text) : text.split(separator);
  if (limit < 0 || limit >= parts.length) return new ValueList(parts);
  const count = Number(limit) - 1;
  return new ValueList([...parts.slice(0, count), parts.slice(count).join(separator)]);
}

function join(list: CelList, separator = ''): Value {
  const parts = items(list);
  let length = separator.length * parts.length;
  for (const part of parts) length += typeof part === 'string' ? part.length : 0;
  refuseLong(length);
  const wrong = parts.find((part) => typeof part !== 'string');
  if (wrong !== undefined)
    return wrong instanceof CelError ? wrong : new CelError(`join: invalid input: ${keyText(wrong)}`);
  return parts.map(keyText).join(separator);
}

/** What Go's unicode.IsSpace calls a space. */
const SPACES = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]+';
const AROUND = new RegExp(`^${SPACES}|${SPACES}$`, 'gu');

const QUOTED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** In double quotes; Go's text cannot hold half a surrogate pair either. */
const quote = (text: string): string => {
  const whole = Buffer.from(text).toString();
  return `"${Array.from(whole, (character) => QUOTED[character] ?? character).join('')}"`;
};

export const TEXT: Library = {
  charAt: { '.string_char_at_int(string, int): string': charAt },
  contains: { '.contains_string(string, string): bool': (text: string, part: string) => text.includes(part) },
  endsWith: { '.ends_with_string(string, string): bool': (text: string, end: string) => text.endsWith(end) },
  startsWith: { '.starts_with_string(string, string): bool': (text: string, start: string) => text.startsWith(start) },
  indexOf: {
    '.string_index_of_string(string, string): int': indexOf,
    '.string_index_of_string_int(string, string, int): int': indexOf,
  },
  lastIndexOf: {
    '.string_last_index_of_string(string, string): int': lastIndexOf,
    '.string_last_index_of_string_int(string, string, int): int': lastIndexOf,
  },
  join: {
    '.list_join(list(string)): string': join,
    '.list_join_string(list(string), string): string': join,
  },
  lowerAscii: {
    '.string_lower_ascii(string): string': (text: string) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase()),
  },
  upperAscii: {
    '.string_upper_ascii(string): string': (text: string) => text.replace(/[a-z]+/g, (part) => part.toUpperCase()),
  },
  replace: {
    '.string_replace_string_string(string, string, string): string': replace,
    '.string_replace_string_string_int(string, string, string, int): string': replace,
  },
  split: {
    '.string_split_string(string, string): list(string)': split,
    '.string_split_string_int(string, string, int): list(string)': split,
  },
  substring: {
    '.string_substring_int(string, int): string': substring,
    '.string_substring_int_int(string, int, int): string': substring,
  },
  trim: { '.string_trim(string): string': (text: string) => text.replace(AROUND, '') },
  'strings.quote': { 'strings_quote(string): string': quote },
};
