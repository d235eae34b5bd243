import type { Library } from '../types/functions.ts';
import { noOverload } from '../values/equality.ts';
import { items } from '../values/json-values.ts';
import { keyText } from '../values/keys.ts';
import {
  CelDouble,
  CelDuration,
  CelError,
  CelList,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelUint,
  type Value,
  ValueList,
} from '../values/value.ts';

/**
 * Values that may be missing; messages of rules may find others in their place. `or` and `orValue` do not evaluate
 * their argument in vain: see the evaluator.
 */

function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === '') return true;
  if (value instanceof CelList || value instanceof CelMap) return value.size === 0;
  if (value instanceof Uint8Array) return value.length === 0;
  if (value instanceof CelDouble) return value.value === 0;
  if (value instanceof CelUint) return value.value === 0n;
  if (value instanceof CelDuration) return value.nanoseconds === 0n;
  // The zero of Go's time is the start of the year 1.
  if (value instanceof CelTimestamp) return value.nanoseconds === -62_135_596_800_000_000_000n;
  return value instanceof CelOptional && value.value === undefined;
}

function unwrap(list: CelList): Value {
  const values: Value[] = [];
  for (const item of items(list)) {
    if (item instanceof CelError) return item;
    if (!(item instanceof CelOptional)) return new CelError(`value ${keyText(item)} is not optional`);
    if (item.value !== undefined) values.push(item.value);
  }
  return new ValueList(values);
}

const present = ({ value }: CelOptional): Value =>
  value === undefined ? new CelError('optional.none() dereference') : value;

export const OPTIONALS: Library = {
  hasValue: {
    '.optional_hasValue(optional_type(V)): bool': (one: Value) =>
      one instanceof CelOptional ? one.value !== undefined : noOverload(),
  },
  value: {
    '.optional_value(optional_type(V)): V': (one: Value) => (one instanceof CelOptional ? present(one) : noOverload()),
  },
  or: {
    '.optional_or_optional(optional_type(V), optional_type(V)): optional_type(V)': (
      one: CelOptional,
      other: CelOptional,
    ) => (one.value === undefined ? other : one),
  },
  orValue: {
    '.optional_orValue_value(optional_type(V), V): V': ({ value }: CelOptional, other: Value) =>
      value === undefined ? other : value,
  },
  'optional.none': { 'optional_none(): optional_type(V)': () => CelOptional.none },
  'optional.of': { 'optional_of(V): optional_type(V)': (value: Value) => CelOptional.of(value) },
  'optional.ofNonZeroValue': {
    'optional_ofNonZeroValue(V): optional_type(V)': (value: Value) =>
      isZero(value) ? CelOptional.none : CelOptional.of(value),
  },
  'optional.unwrap': { 'optional_unwrap(list(optional_type(V))): list(V)': unwrap },
  unwrapOpt: { '.optional_unwrapOpt(list(optional_type(V))): list(V)': unwrap },
};
