import type { Library } from '../types/functions.ts';
import { joined } from '../values/json-values.ts';
import {
  CelDouble,
  CelDuration,
  CelError,
  type CelList,
  CelTimestamp,
  CelUint,
  type Int,
  toInt,
  type Value,
} from '../values/value.ts';

/** Ints and durations have 64 bits, timestamps end with the year 9999: what goes beyond is an error, not a wrap. */

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;
const MAX_UINT = 2n ** 64n - 1n;
const NANOSECONDS = 1_000_000_000n;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, in seconds. */
const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;

/** An int of the exact result, or the error of an overflow. */
export function checkedInt(value: bigint): Int | CelError {
  return value < MIN_INT || value > MAX_INT ? new CelError('integer overflow') : toInt(value);
}

export function checkedUint(value: bigint): CelUint | CelError {
  return value < 0n || value > MAX_UINT ? new CelError('unsigned integer overflow') : new CelUint(value);
}

export function checkedDuration(nanoseconds: bigint): CelDuration | CelError {
  return nanoseconds < MIN_INT || nanoseconds > MAX_INT
    ? new CelError('duration overflow')
    : new CelDuration(nanoseconds);
}

export function checkedTimestamp(nanoseconds: bigint, offsetSeconds = 0): CelTimestamp | CelError {
  const seconds = floorDivide(nanoseconds, NANOSECONDS);
  return seconds < MIN_SECONDS || seconds > MAX_SECONDS
    ? new CelError('timestamp overflow')
    : new CelTimestamp(nanoseconds, offsetSeconds);
}

export function floorDivide(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}

/** Safe integers are added as numbers; only results beyond them take the exact way. */
function addInts(one: Int, other: Int): Int | CelError {
  if (typeof one === 'number' && typeof other === 'number') {
    const sum = one + other;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return checkedInt(BigInt(one) + BigInt(other));
}

function subtractInts(one: Int, other: Int): Int | CelError {
  if (typeof one === 'number' && typeof other === 'number') {
    const difference = one - other;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return checkedInt(BigInt(one) - BigInt(other));
}

function multiplyInts(one: Int, other: Int): Int | CelError {
  if (typeof one === 'number' && typeof other === 'number') {
    const product = one * other;
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product;
  }
  return checkedInt(BigInt(one) * BigInt(other));
}

function divideInts(one: Int, other: Int): Int | CelError {
  const divisor = BigInt(other);
  return divisor === 0n ? new CelError('division by zero') : checkedInt(BigInt(one) / divisor);
}

function moduloInts(one: Int, other: Int): Int | CelError {
  const [dividend, divisor] = [BigInt(one), BigInt(other)];
  if (divisor === 0n) return new CelError('modulus by zero');
  return dividend === MIN_INT && divisor === -1n ? new CelError('integer overflow') : toInt(dividend % divisor);
}

const uints =
  (compute: (one: bigint, other: bigint) => bigint) =>
  (one: CelUint, other: CelUint): Value =>
    checkedUint(compute(one.value, other.value));

const doubles =
  (compute: (one: number, other: number) => number) =>
  (one: CelDouble, other: CelDouble): Value =>
    new CelDouble(compute(one.value, other.value));

function divideUints(one: CelUint, other: CelUint): Value {
  return other.value === 0n ? new CelError('division by zero') : new CelUint(one.value / other.value);
}

function moduloUints(one: CelUint, other: CelUint): Value {
  return other.value === 0n ? new CelError('modulus by zero') : new CelUint(one.value % other.value);
}

const later = (time: CelTimestamp, by: CelDuration): Value =>
  checkedTimestamp(time.nanoseconds + by.nanoseconds, time.offsetSeconds);

/** The value of two added ones, as `sum()` of lists needs it. */
export function add(one: Value, other: Value): Value {
  if (one instanceof CelDouble && other instanceof CelDouble) return new CelDouble(one.value + other.value);
  if (one instanceof CelUint && other instanceof CelUint) return checkedUint(one.value + other.value);
  if (one instanceof CelDuration && other instanceof CelDuration) {
    return checkedDuration(one.nanoseconds + other.nanoseconds);
  }
  const ints = [one, other].every((value) => typeof value === 'number' || typeof value === 'bigint');
  return ints ? addInts(one as Int, other as Int) : new CelError('no such overload');
}

/** The operators of numbers, times, texts and lists. */
export const ARITHMETIC: Library = {
  '_+_': {
    'add_bytes(bytes, bytes): bytes': (one: Uint8Array, other: Uint8Array) => Buffer.concat([one, other]),
    'add_double(double, double): double': doubles((one, other) => one + other),
    'add_duration_duration(duration, duration): duration': (one: CelDuration, other: CelDuration) =>
      checkedDuration(one.nanoseconds + other.nanoseconds),
    'add_duration_timestamp(duration, timestamp): timestamp': (by: CelDuration, time: CelTimestamp) => later(time, by),
    'add_timestamp_duration(timestamp, duration): timestamp': later,
    'add_int64(int, int): int': addInts,
    'add_list(list(A), list(A)): list(A)': (one: CelList, other: CelList) => joined(one, other),
    'add_string(string, string): string': (one: string, other: string) => one + other,
    'add_uint64(uint, uint): uint': uints((one, other) => one + other),
  },
  '_-_': {
    'subtract_double(double, double): double': doubles((one, other) => one - other),
    'subtract_duration_duration(duration, duration): duration': (one: CelDuration, other: CelDuration) =>
      checkedDuration(one.nanoseconds - other.nanoseconds),
    'subtract_int64(int, int): int': subtractInts,
    'subtract_timestamp_duration(timestamp, duration): timestamp': (time: CelTimestamp, by: CelDuration) =>
      checkedTimestamp(time.nanoseconds - by.nanoseconds, time.offsetSeconds),
    'subtract_timestamp_timestamp(timestamp, timestamp): duration': (one: CelTimestamp, other: CelTimestamp) =>
      checkedDuration(one.nanoseconds - other.nanoseconds),
    'subtract_uint64(uint, uint): uint': uints((one, other) => one - other),
  },
  '_*_': {
    'multiply_double(double, double): double': doubles((one, other) => one * other),
    'multiply_int64(int, int): int': multiplyInts,
    'multiply_uint64(uint, uint): uint': uints((one, other) => one * other),
  },
  '_/_': {
    'divide_double(double, double): double': doubles((one, other) => one / other),
    'divide_int64(int, int): int': divideInts,
    'divide_uint64(uint, uint): uint': divideUints,
  },
  '_%_': {
    'modulo_int64(int, int): int': moduloInts,
    'modulo_uint64(uint, uint): uint': moduloUints,
  },
  '-_': {
    'negate_double(double): double': (value: CelDouble) => new CelDouble(-value.value),
    'negate_int64(int): int': (value: Int) => subtractInts(0, value),
  },
};
