/**
 * Values that fit a type or nearly do, and others that fit nothing. A number picks one; small numbers are the mildest.
 */
import type { FieldDescription, TypeDescription, ValueType } from '../../server/schema/type-table.ts';

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The same number gives the same item. */
export function pickOf<T>(items: readonly T[], pick: number): T {
  return items[Math.abs(pick) % items.length] as T;
}

export const HOSTILE_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', '$patch', '.'];

const STRINGS = [
  'fuzz',
  'a',
  '1',
  '',
  'A',
  'None',
  'a.b.example.com/c',
  '10.1.2.3',
  'fe80::1',
  'has space',
  'Ünïcödé',
  '__proto__',
  'a'.repeat(64),
  'a/b',
  '../..',
  '%',
  'new\nline',
  '\u0000',
  '😀',
  '-1',
  '/',
  '$(A)',
  '2026-01-01T00:00:00Z',
  'x'.repeat(300),
];

/** Hardly any rule refuses these. */
const NAMES = ['fuzz', 'a', 'fuzz.example.com'];

const NUMBERS = [1, 0, 2, 80, -1, 65535, 65536, 2147483647, 2147483648, -2147483649, 9007199254740991, 1e30, 0.5, 1e-9];
const QUANTITIES = [
  '1',
  '10m',
  '1Gi',
  '0',
  '-1',
  '1e3',
  '1.5',
  '',
  'x',
  '1KiB',
  '9999999999999999999999',
  5,
  0.1,
  '1n',
];
const TIMES = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000Z', '', '2026-01-01', '9999-12-31T23:59:59Z', null];
const INT_OR_STRINGS = [1, '25%', 'http', 0, '0%', -1, '101%', '', 1e10, 1.5, 'a b'];
const BYTES = ['MQ==', '', 'M', '!', 'MQ'];

/** Fits no or hardly any type. */
const ODD: readonly Json[] = [
  'text',
  1,
  true,
  false,
  null,
  [],
  {},
  [null],
  [[]],
  [{}],
  ['a', 'a'],
  { a: 'b' },
  { a: null },
  { a: { b: [] } },
  -1,
  0.5,
  1e30,
  9007199254740992,
  '',
  '\u0000',
];

export const oddValue = (pick: number): Json => structuredClone(pickOf(ODD, pick));

const DEPTH_MAX = 3;

function ofStruct(type: TypeDescription, pick: number, depth: number): Json {
  const value: Record<string, Json> = {};
  // Some of the fields: those that are required, and every so many of the others.
  const stride = 1 + (pick % 7);
  type.fields.forEach((field, index) => {
    if (field.required || (depth < DEPTH_MAX && (index + pick) % (stride + 2) === 0))
      value[field.name] = fitting(field.type, pick + index, field, depth + 1);
  });
  return value;
}

/** A value of a type. What it says may still be wrong. */
export function fitting(type: ValueType, pick: number, field?: FieldDescription, depth = 0): Json {
  switch (type.kind) {
    case 'string':
      if (field?.enum && pick % 8 !== 7) return pickOf(field.enum, pick);
      return pick % 2 === 0 ? pickOf(NAMES, pick >> 1) : pickOf(STRINGS, pick >> 1);
    case 'boolean':
      return pick % 2 === 0;
    case 'int32':
    case 'int64':
    case 'double':
      return pickOf(NUMBERS, pick);
    case 'bytes':
      return pickOf(BYTES, pick);
    case 'quantity':
      return pickOf(QUANTITIES, pick);
    case 'time':
    case 'micro-time':
      return pickOf(TIMES, pick);
    case 'duration':
      return pickOf(['1s', '0s', '-1h', '', 'x', '1'], pick);
    case 'int-or-string':
      return pickOf(INT_OR_STRINGS, pick);
    case 'struct':
      return depth > DEPTH_MAX || !type.struct ? {} : ofStruct(type.struct, pick, depth);
    case 'list': {
      const count = depth > DEPTH_MAX ? 0 : pick % 3;
      return Array.from({ length: count }, (_, i) => fitting(type.of ?? type, pick + i, field, depth + 1));
    }
    case 'map':
      if (depth > DEPTH_MAX || pick % 3 === 0) return {};
      return { [pickOf(['a', 'app', 'kubernetes.io/os', 'x y', 'Ü'], pick)]: fitting(type.of ?? type, pick, field, 4) };
    default:
      return oddValue(pick);
  }
}
