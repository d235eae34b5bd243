/** What templates use of the library sprig: texts, numbers, lists, maps. */
import { createHash } from 'node:crypto';
import type { Functions } from './execute.ts';
import { isMap, isTrue, printed, type Value } from './values.ts';

const list = (value: Value): Value[] => {
  if (Array.isArray(value)) return value;
  if (value === undefined || value === null) return [];
  throw new Error(`${printed(value)} is no list`);
};
const map = (value: Value): Record<string, Value> => (isMap(value) ? value : {});
const text = (value: Value): string => (value === undefined || value === null ? '' : printed(value));
const integer = (value: Value): number => Math.trunc(Number(value)) || 0;
const quoted = (quote: (value: string) => string, values: Value[]): string =>
  values
    .filter((value) => value !== undefined && value !== null)
    .map((value) => quote(printed(value)))
    .join(' ');
const indented = (width: Value, value: Value): string => text(value).replaceAll(/^/gm, ' '.repeat(integer(width)));
const escaped = (value: string): string => value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
const stripped = (cut: Value, value: Value): string =>
  text(value).replaceAll(new RegExp(`^[${escaped(text(cut))}]+|[${escaped(text(cut))}]+$`, 'g'), '');
const pairs = (values: Value[]): Record<string, Value> => {
  const entries = values.flatMap((key, i) => (i % 2 === 0 ? [[text(key), values[i + 1] ?? ''] as const] : []));
  return Object.fromEntries(entries);
};
const steps = (start: number, end: number, step: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((end - start) / (step || 1))) }, (_, i) => start + i * step);

const TEXTS: Functions = {
  quote: (...values) => quoted(JSON.stringify, values),
  squote: (...values) => quoted((value) => `'${value}'`, values),
  upper: (value) => text(value).toUpperCase(),
  lower: (value) => text(value).toLowerCase(),
  title: (value) => text(value).replaceAll(/\b\w/g, (letter) => letter.toUpperCase()),
  trim: (value) => text(value).trim(),
  trimAll: stripped,
  trimPrefix: (prefix, value) =>
    text(value).startsWith(text(prefix)) ? text(value).slice(text(prefix).length) : value,
  trimSuffix: (suffix, value) =>
    text(value).endsWith(text(suffix)) ? text(value).slice(0, text(value).length - text(suffix).length) : value,
  contains: (part, value) => text(value).includes(text(part)),
  hasPrefix: (prefix, value) => text(value).startsWith(text(prefix)),
  hasSuffix: (suffix, value) => text(value).endsWith(text(suffix)),
  replace: (from, to, value) => text(value).replaceAll(text(from), () => text(to)),
  repeat: (count, value) => text(value).repeat(integer(count)),
  trunc: (size, value) => (integer(size) < 0 ? text(value).slice(integer(size)) : text(value).slice(0, integer(size))),
  substr: (from, to, value) => text(value).slice(integer(from), integer(to) < 0 ? undefined : integer(to)),
  indent: indented,
  nindent: (width, value) => `\n${indented(width, value)}`,
  join: (separator, values) => list(values).map(text).join(text(separator)),
  splitList: (separator, value) => text(value).split(text(separator)),
  toString: text,
  b64enc: (value) => Buffer.from(text(value)).toString('base64'),
  b64dec: (value) => Buffer.from(text(value), 'base64').toString(),
  sha256sum: (value) => createHash('sha256').update(text(value)).digest('hex'),
  toJson: (value) => JSON.stringify(value ?? null),
  toPrettyJson: (value) => JSON.stringify(value ?? null, null, 2),
  fromJson: (value) => JSON.parse(text(value)) as Value,
};

const NUMBERS: Functions = {
  int: integer,
  int64: integer,
  float64: (value) => Number(value) || 0,
  atoi: integer,
  add: (...values) => values.reduce<number>((sum, value) => sum + integer(value), 0),
  add1: (value) => integer(value) + 1,
  sub: (one, other) => integer(one) - integer(other),
  mul: (...values) => values.reduce<number>((product, value) => product * integer(value), 1),
  div: (one, other) => Math.trunc(integer(one) / integer(other)),
  mod: (one, other) => integer(one) % integer(other),
  max: (...values) => Math.max(...values.map(integer)),
  min: (...values) => Math.min(...values.map(integer)),
  floor: (value) => Math.floor(Number(value)),
  ceil: (value) => Math.ceil(Number(value)),
  until: (count) => steps(0, integer(count), 1),
  untilStep: (start, end, step) => steps(integer(start), integer(end), integer(step)),
};

const COLLECTIONS: Functions = {
  list: (...values) => values,
  first: (values) => list(values)[0],
  last: (values) => list(values).at(-1),
  rest: (values) => list(values).slice(1),
  initial: (values) => list(values).slice(0, -1),
  append: (values, value) => [...list(values), value],
  prepend: (values, value) => [value, ...list(values)],
  concat: (...lists) => lists.flatMap(list),
  reverse: (values) => [...list(values)].reverse(),
  uniq: (values) => [...new Set(list(values))],
  compact: (values) => list(values).filter(isTrue),
  without: (values, ...others) => list(values).filter((value) => !others.includes(value)),
  has: (value, values) => list(values).includes(value),
  sortAlpha: (values) => list(values).map(text).sort(),
  dict: (...values) => pairs(values),
  get: (values, key) => map(values)[text(key)] ?? '',
  set: (values, key, value) => ({ ...map(values), [text(key)]: value }),
  unset: (values, key) => Object.fromEntries(Object.entries(map(values)).filter(([name]) => name !== key)),
  hasKey: (values, key) => Object.hasOwn(map(values), text(key)),
  keys: (...maps) => maps.flatMap((values) => Object.keys(map(values)).sort()),
  values: (values) => Object.values(map(values)),
  pick: (values, ...keys) => Object.fromEntries(Object.entries(map(values)).filter(([name]) => keys.includes(name))),
  omit: (values, ...keys) => Object.fromEntries(Object.entries(map(values)).filter(([name]) => !keys.includes(name))),
  merge: (...maps) => Object.assign({}, ...[...maps].reverse().map(map)) as Value,
  dig: (...parts) => {
    const [fallback, values] = parts.slice(-2);
    const found = parts.slice(0, -2).reduce<Value>((value, key) => map(value)[text(key)], values);
    return found ?? fallback;
  },
};

const CHOICES: Functions = {
  default: (fallback, value) => (isTrue(value) ? value : fallback),
  empty: (value) => !isTrue(value),
  coalesce: (...values) => values.find(isTrue),
  all: (...values) => values.every(isTrue),
  any: (...values) => values.some(isTrue),
  ternary: (yes, no, condition) => (isTrue(condition) ? yes : no),
  kindIs: (kind, value) => kindOf(value) === kind,
  kindOf: (value) => kindOf(value),
  fail: (message) => {
    throw new Error(text(message));
  },
};

function kindOf(value: Value): string {
  if (value === undefined || value === null) return 'invalid';
  if (Array.isArray(value)) return 'slice';
  if (isMap(value)) return 'map';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

export const SPRIG_FUNCTIONS: Functions = { ...TEXTS, ...NUMBERS, ...COLLECTIONS, ...CHOICES };
