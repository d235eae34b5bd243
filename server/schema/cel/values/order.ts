import { CelDouble, CelDuration, CelError, CelTimestamp, CelUint, type Int, isInt, type Value } from './value.ts';

/** -1, 0 or 1; NaN when nothing can be said of the numbers; an error when the values have no order. */
export function compare(one: Value, other: Value): number | CelError {
  const number = asNumber(one);
  if (number !== undefined) {
    const second = asNumber(other);
    return second === undefined ? noOrder() : compareNumbers(number, second);
  }
  if (typeof one === 'string') return typeof other === 'string' ? compareTexts(one, other) : noOrder();
  if (typeof one === 'boolean') return typeof other === 'boolean' ? sign(Number(one) - Number(other)) : noOrder();
  if (one instanceof CelDuration && other instanceof CelDuration) return sign(one.nanoseconds - other.nanoseconds);
  if (one instanceof CelTimestamp && other instanceof CelTimestamp) return sign(one.nanoseconds - other.nanoseconds);
  if (one instanceof Uint8Array && other instanceof Uint8Array) return Buffer.compare(one, other);
  return noOrder();
}

function noOrder(): CelError {
  return new CelError('no such overload');
}

function asNumber(value: Value): Int | CelDouble | undefined {
  if (isInt(value) || value instanceof CelDouble) return value;
  return value instanceof CelUint ? value.value : undefined;
}

function compareNumbers(one: Int | CelDouble, other: Int | CelDouble): number {
  const left = one instanceof CelDouble ? one.value : one;
  const right = other instanceof CelDouble ? other.value : other;
  if (left < right) return -1;
  if (left > right) return 1;
  // Only NaN is neither less, nor greater, nor equal.
  return left >= right ? 0 : Number.NaN;
}

function sign(difference: number | bigint): number {
  if (difference < 0) return -1;
  return difference > 0 ? 1 : 0;
}

/** By bytes of UTF-8, as Go compares: JavaScript's own order differs beyond the basic plane only. */
export function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    const left = one.charCodeAt(index);
    const right = other.charCodeAt(index);
    if (left !== right) return surrogatesLast(left) < surrogatesLast(right) ? -1 : 1;
  }
  return one.length < other.length ? -1 : 1;
}

function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
