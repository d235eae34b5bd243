/** The functions that every Go template has. */
import type { Functions } from './execute.ts';
import { compare, isEqual, isMap, isTrue, printed, type Value } from './values.ts';

function index(value: Value, ...keys: Value[]): Value {
  let item = value;
  for (const key of keys) {
    if (Array.isArray(item)) {
      if (typeof key !== 'number' || key < 0 || key >= item.length)
        throw new Error(`index out of range: ${printed(key)}`);
      item = item[key];
    } else if (isMap(item)) item = Object.hasOwn(item, String(key)) ? item[String(key)] : undefined;
    else throw new Error(`can't index item of type ${item === undefined ? 'nil' : typeof item}`);
  }
  return item;
}

function slice(value: Value, from: Value = 0, to?: Value): Value {
  const [start, end] = [Number(from), to === undefined ? undefined : Number(to)];
  if (typeof value === 'string') return value.slice(start, end);
  if (Array.isArray(value)) return value.slice(start, end);
  throw new Error("can't slice item");
}

function length(value: Value): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw new Error(`len of ${value === undefined || value === null ? 'nil pointer' : `type ${typeof value}`}`);
}

/** Blanks stand between values of which neither is text. */
function print(...values: Value[]): string {
  return values.reduce<string>((text, value, i) => {
    const isSpaced = i > 0 && typeof value !== 'string' && typeof values[i - 1] !== 'string';
    return text + (isSpaced ? ' ' : '') + printed(value);
  }, '');
}

function formatted(verb: string, width: string, value: Value): string {
  const text = (): string => {
    if (verb === 'q') return JSON.stringify(String(value));
    if (verb === 'x')
      return typeof value === 'number' ? value.toString(16) : Buffer.from(String(value)).toString('hex');
    if (verb === 'f') return Number(value).toFixed(Number(/\.(\d+)/.exec(width)?.[1] ?? 6));
    return printed(value);
  };
  const size = Number(/\d+/.exec(width)?.[0] ?? 0);
  const padded = text();
  if (width.startsWith('-')) return padded.padEnd(size);
  return padded.padStart(size, width.startsWith('0') ? '0' : ' ');
}

function printf(format: Value, ...values: Value[]): string {
  let next = 0;
  const text = String(format).replaceAll(/%([-+0]?\d*(?:\.\d+)?)([a-zA-Z%])/g, (_, width: string, verb: string) => {
    if (verb === '%') return '%';
    return next < values.length ? formatted(verb, width, values[next++]) : `%!${verb}(MISSING)`;
  });
  return text;
}

export const GO_FUNCTIONS: Functions = {
  and: (...values) => values.find((value) => !isTrue(value)) ?? values.at(-1),
  or: (...values) => values.find(isTrue) ?? values.at(-1),
  not: (value) => !isTrue(value),
  eq: (one, ...others) => others.some((other) => isEqual(one, other)),
  ne: (one, other) => !isEqual(one, other),
  lt: (one, other) => compare(one, other) < 0,
  le: (one, other) => compare(one, other) <= 0,
  gt: (one, other) => compare(one, other) > 0,
  ge: (one, other) => compare(one, other) >= 0,
  index,
  slice,
  len: length,
  print,
  printf,
  println: (...values) => `${values.map(printed).join(' ')}\n`,
  urlquery: (...values) => encodeURIComponent(print(...values)).replaceAll('%20', '+'),
};
