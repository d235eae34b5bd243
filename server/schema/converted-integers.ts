/**
 * Integers as runtime.DefaultUnstructuredConverter reads them: what is too large for its type loses its upper bits
 * instead of being refused, as a conversion between Go's integer types does.
 */
import { setOwn } from '../base/freeze.ts';
import type { ValueType } from './type-table.ts';

const INT64_MIN = -(2 ** 63);

function wrapped(value: number, kind: 'int32' | 'int64'): number {
  if (!Number.isInteger(value)) return value;
  // A text without a place among 64-bit integers was parsed as a float; amd64 makes the smallest integer of it.
  const whole = value >= -INT64_MIN || value < INT64_MIN ? INT64_MIN : value;
  return kind === 'int32' ? Number(BigInt.asIntN(32, BigInt(whole))) : whole;
}

/** A copy with every integer in the range of its type. */
export function convertedIntegers(value: unknown, type: Pick<ValueType, 'kind' | 'of' | 'struct'>): unknown {
  if (type.kind === 'int32' || type.kind === 'int64')
    return typeof value === 'number' ? wrapped(value, type.kind) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (type.kind === 'list') {
    const { of } = type;
    return of && Array.isArray(value) ? value.map((item) => convertedIntegers(item, of)) : value;
  }
  if ((type.kind !== 'struct' && type.kind !== 'map') || Array.isArray(value)) return value;
  const byName = type.kind === 'struct' ? type.struct?.byName : undefined;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const of = byName ? byName.get(key)?.type : type.of;
    setOwn(copy, key, of ? convertedIntegers(inner, of) : inner);
  }
  return copy;
}
