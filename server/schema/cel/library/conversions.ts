import { parseDuration } from '../../go-duration.ts';
import type { Library } from '../types/functions.ts';
import { formatDouble } from '../values/double-text.ts';
import { timestamp } from '../values/readers.ts';
import { formatSeconds, formatTimestamp } from '../values/times.ts';
import {
  CelDouble,
  CelDuration,
  CelError,
  type CelTimestamp,
  CelTypeValue,
  CelUint,
  type Int,
  toInt,
  typeName,
  type Value,
} from '../values/value.ts';
import { checkedInt, checkedTimestamp, checkedUint, floorDivide } from './arithmetic.ts';

const NANOSECONDS = 1_000_000_000n;
const TWO_TO_63 = 2 ** 63;
const TWO_TO_64 = 2 ** 64;

const refused = (to: string): CelError => new CelError(`type conversion error from 'string' to '${to}'`);
const same = (value: Value): Value => value;

function intOfText(text: string): Value {
  const value = /^[+-]?\d+$/.test(text) ? checkedInt(BigInt(text.replace(/^\+/, ''))) : undefined;
  return value === undefined || value instanceof CelError ? refused('int') : value;
}

function uintOfText(text: string): Value {
  const value = /^\d+$/.test(text) ? checkedUint(BigInt(text)) : undefined;
  return value instanceof CelUint ? value : refused('uint');
}

const SPECIAL_DOUBLES: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
};

function doubleOfText(text: string): Value {
  const [, sign = '', name = ''] = /^([+-]?)([A-Za-z]+)$/.exec(text) ?? [];
  const special = SPECIAL_DOUBLES[name.toLowerCase()];
  if (special !== undefined && !(Number.isNaN(special) && sign))
    return new CelDouble(sign === '-' ? -special : special);
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? new CelDouble(value) : refused('double');
}

function boolOfText(text: string): Value {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(text)) return true;
  return ['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(text) ? false : refused('bool');
}

function intOfDouble({ value }: CelDouble): Value {
  if (!Number.isFinite(value) || value <= -TWO_TO_63 || value >= TWO_TO_63) return new CelError('integer overflow');
  return toInt(BigInt(Math.trunc(value)));
}

function uintOfDouble({ value }: CelDouble): Value {
  if (!Number.isFinite(value) || value < 0 || value >= TWO_TO_64) return new CelError('unsigned integer overflow');
  return new CelUint(BigInt(Math.trunc(value)));
}

function durationOfText(text: string): Value {
  try {
    return new CelDuration(parseDuration(text));
  } catch {
    return refused('google.protobuf.Duration');
  }
}

function timestampOfText(text: string): Value {
  try {
    const { nanoseconds, offsetSeconds } = timestamp(text);
    return checkedTimestamp(nanoseconds, offsetSeconds);
  } catch {
    return refused('google.protobuf.Timestamp');
  }
}

function textOfBytes(bytes: Uint8Array): Value {
  const text = Buffer.from(bytes).toString();
  if (Buffer.from(text).equals(bytes)) return text;
  return new CelError('invalid UTF-8 in bytes, cannot convert to string');
}

/** From one type to another, and to the type itself. */
export const CONVERSIONS: Library = {
  bool: { 'bool_to_bool(bool): bool': same, 'string_to_bool(string): bool': boolOfText },
  bytes: {
    'bytes_to_bytes(bytes): bytes': same,
    'string_to_bytes(string): bytes': (text: string) => Buffer.from(text),
  },
  double: {
    'double_to_double(double): double': same,
    'int64_to_double(int): double': (value: Int) => new CelDouble(Number(value)),
    'string_to_double(string): double': doubleOfText,
    'uint64_to_double(uint): double': ({ value }: CelUint) => new CelDouble(Number(value)),
  },
  duration: {
    'duration_to_duration(duration): duration': same,
    'string_to_duration(string): duration': durationOfText,
  },
  dyn: { 'to_dyn(A): dyn': same },
  int: {
    'int64_to_int64(int): int': same,
    'double_to_int64(double): int': intOfDouble,
    'duration_to_int64(duration): int': ({ nanoseconds }: CelDuration) => toInt(nanoseconds),
    'string_to_int64(string): int': intOfText,
    'timestamp_to_int64(timestamp): int': ({ nanoseconds }: CelTimestamp) =>
      toInt(floorDivide(nanoseconds, NANOSECONDS)),
    'uint64_to_int64(uint): int': ({ value }: CelUint) => checkedInt(value),
  },
  string: {
    'string_to_string(string): string': same,
    'bool_to_string(bool): string': String,
    'bytes_to_string(bytes): string': textOfBytes,
    'double_to_string(double): string': ({ value }: CelDouble) => formatDouble(value, 6),
    'duration_to_string(duration): string': ({ nanoseconds }: CelDuration) => formatSeconds(nanoseconds),
    'int64_to_string(int): string': String,
    'timestamp_to_string(timestamp): string': (time: CelTimestamp) => formatTimestamp(time),
    'uint64_to_string(uint): string': ({ value }: CelUint) => String(value),
  },
  timestamp: {
    'timestamp_to_timestamp(timestamp): timestamp': same,
    'int64_to_timestamp(int): timestamp': (value: Int) => checkedTimestamp(BigInt(value) * NANOSECONDS),
    'string_to_timestamp(string): timestamp': timestampOfText,
  },
  type: { 'type(A): type(A)': (value: Value) => new CelTypeValue(typeName(value)) },
  uint: {
    'uint64_to_uint64(uint): uint': same,
    'double_to_uint64(double): uint': uintOfDouble,
    'int64_to_uint64(int): uint': (value: Int) => checkedUint(BigInt(value)),
    'string_to_uint64(string): uint': uintOfText,
  },
};
