import { CelObject } from '../library/mutation.ts';
import { JsonList, JsonMap, JsonObject } from './json-values.ts';
import { formatSeconds, formatTimestamp } from './times.ts';
import {
  CelDouble,
  CelDuration,
  CelError,
  CelList,
  CelMap,
  CelTimestamp,
  CelUint,
  isInt,
  typeName,
  type Value,
} from './value.ts';

/**
 * The JSON of a value that an expression made.
 *
 * @example
 * jsonOf(new CelDouble(1.5)) // 1.5
 * @returns CelError for what has no JSON: types, addresses, quantities …
 */
export function jsonOf(value: Value): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  // Beyond 2^53 JSON has no digits for it.
  if (isInt(value)) return Number(value);
  if (value instanceof CelDouble) return value.value;
  if (value instanceof CelUint) return Number(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof CelTimestamp) return formatTimestamp(value);
  if (value instanceof CelDuration) return `${formatSeconds(value.nanoseconds)}s`;
  // What came from JSON is JSON.
  if (value instanceof JsonList || value instanceof JsonMap || value instanceof JsonObject) return value.raw;
  if (value instanceof CelList) return listOf(value);
  if (value instanceof CelMap) return objectOf(value);
  if (value instanceof CelError) return value;
  // Upstream's types are called without their package there.
  return new CelError(`type conversion error from '${typeName(value).split('.').at(-1)}' to '*structpb.Value'`);
}

function listOf(list: CelList): unknown {
  const items: unknown[] = [];
  for (let index = 0; index < list.size; index += 1) {
    const item = jsonOf(list.at(index));
    if (item instanceof CelError) return item;
    items.push(item);
  }
  return items;
}

function objectOf(map: CelMap): unknown {
  const entries: [string, unknown][] = [];
  for (const key of map.keys()) {
    if (typeof key !== 'string') return new CelError('map keys must be strings');
    const item = jsonOf(map.find(key) ?? null);
    if (item instanceof CelError) return item;
    entries.push([key, item]);
  }
  // Unlike an assignment, this makes `__proto__` a key like others.
  return Object.fromEntries(entries);
}

/** Where the types of objects are not those of the fields that they stand in, in upstream's words. */
export function misplacedTypes(value: Value, path: string): string[] {
  if (value instanceof CelObject) {
    const { typeName, values } = value;
    const wrong = `unexpected type name ${JSON.stringify(typeName)}, expected ${JSON.stringify(path)}`;
    return [
      ...(typeName === path ? [] : [`${wrong}, which matches field name path from root Object type`]),
      ...Array.from(values, ([field, inner]) => misplacedTypes(inner, `${path}.${field}`)).flat(),
    ];
  }
  // What came from JSON has no types.
  if (value instanceof JsonList || value instanceof JsonMap || value instanceof JsonObject) return [];
  if (value instanceof CelList) {
    return Array.from({ length: value.size }, (_, index) => misplacedTypes(value.at(index), path)).flat();
  }
  if (value instanceof CelMap) return value.keys().flatMap((key) => misplacedTypes(value.find(key) ?? null, path));
  return [];
}
