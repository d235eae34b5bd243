import { CelObject } from '../../server/schema/cel/library/mutation.ts';
import { formatDouble } from '../../server/schema/cel/values/double-text.ts';
import { items } from '../../server/schema/cel/values/json-values.ts';
import { formatTimestamp } from '../../server/schema/cel/values/times.ts';
import {
  CelDouble,
  CelDuration,
  CelList,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelTypeValue,
  CelUint,
  isInt,
  typeName,
  type Value,
} from '../../server/schema/cel/values/value.ts';

/** A value as the recorder of the golden answers prints it. */
export function display(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === null || typeof value === 'boolean' || isInt(value)) return String(value);
  if (value instanceof CelDouble) return `double(${formatDouble(value.value)})`;
  if (value instanceof CelUint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`;
  if (value instanceof CelDuration) return `duration(${value.nanoseconds})`;
  if (value instanceof CelTimestamp) return `timestamp(${formatTimestamp(value)})`;
  if (value instanceof CelTypeValue) return `type(${value.name})`;
  if (value instanceof CelOptional)
    return value.value === undefined ? 'optional.none' : `optional(${display(value.value)})`;
  if (value instanceof CelList) return `[${items(value).map(display).join(', ')}]`;
  if (value instanceof CelObject) return value.typeName;
  if (value instanceof CelMap) {
    const entries = value.keys().map((key) => `${display(key)}: ${display(value.find(key) ?? null)}`);
    return `{${entries.sort().join(', ')}}`;
  }
  return typeName(value);
}
