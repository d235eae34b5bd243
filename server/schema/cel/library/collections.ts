import type { Library } from '../types/functions.ts';
import { equal } from '../values/equality.ts';
import { items } from '../values/json-values.ts';
import { keyText } from '../values/keys.ts';
import { compare } from '../values/order.ts';
import { codePointLength } from '../values/strings.ts';
import {
  CelDouble,
  CelDuration,
  CelError,
  CelList,
  type CelMap,
  CelOptional,
  CelUint,
  GrowingMap,
  type Int,
  typeName,
  type Value,
  ValueList,
  ValueMap,
} from '../values/value.ts';
import { add } from './arithmetic.ts';
import { includes } from './comparison.ts';

/** The functions of lists, maps and sets: the language's, its lists library (version 3), and Kubernetes' own. */

const COMPARABLE = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'] as const;
const ZEROS: Readonly<Record<string, Value>> = {
  int: 0,
  uint: new CelUint(0n),
  double: new CelDouble(0),
  duration: new CelDuration(0n),
};
/** Sorting asks for the types by their long names. */
const LONG: Readonly<Record<string, string>> = {
  duration: 'google.protobuf.Duration',
  timestamp: 'google.protobuf.Timestamp',
};

function forEachType(
  types: readonly string[],
  signature: (type: string) => string,
  implementation: (type: string) => Library[string][string],
): Library[string] {
  return Object.fromEntries(types.map((type) => [signature(type), implementation(type)]));
}

function firstError(list: readonly Value[]): CelError | undefined {
  return list.find((value) => value instanceof CelError);
}

function isSorted(list: CelList): Value {
  const all = items(list);
  for (let index = 1; index < all.length; index += 1) {
    const order = compare(all[index - 1] ?? null, all[index] ?? null);
    if (order instanceof CelError) return order;
    if (order > 0) return false;
  }
  return true;
}

function extreme(name: string, wanted: number): (list: CelList) => Value {
  return (list) => {
    let best: Value | undefined;
    for (const value of items(list)) {
      if (value instanceof CelError) return value;
      const order = best === undefined ? wanted : compare(value, best);
      if (order instanceof CelError) return order;
      if (order === wanted) best = value;
    }
    return best ?? new CelError(`${name} called on empty list`);
  };
}

function sum(zero: Value): (list: CelList) => Value {
  return (list) => {
    let total = zero;
    for (const value of items(list)) {
      total = value instanceof CelError ? value : add(total, value);
      if (total instanceof CelError) return total;
    }
    return total;
  };
}

function indexOf(list: CelList, value: Value): Value {
  return items(list).findIndex((item) => equal(item, value) === true);
}

function lastIndexOf(list: CelList, value: Value): Value {
  return items(list).findLastIndex((item) => equal(item, value) === true);
}

function sortBy(list: CelList, keyList: CelList): Value {
  const keys = items(keyList);
  const all = items(list);
  if (keys.length !== all.length) {
    const sizes = `got ${all.length} and ${keys.length} elements respectively`;
    return new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but ${sizes}`,
    );
  }
  if (keys.length === 0) return list;
  const failed = firstError(keys) ?? firstError(all);
  if (failed) return failed;
  const kind = typeName(keys[0] ?? null);
  if (compare(keys[0] ?? null, keys[0] ?? null) instanceof CelError)
    return new CelError('list elements must be comparable');
  if (keys.some((key) => typeName(key) !== kind)) return new CelError('list elements must have the same type');
  const order = (one: number, other: number): number => {
    const result = compare(keys[one] ?? null, keys[other] ?? null);
    return result instanceof CelError || Number.isNaN(result) ? 0 : result;
  };
  const sorted = keys.map((_key, index) => index).sort(order);
  return new ValueList(sorted.map((index) => all[index] ?? null));
}

function slice(list: CelList, start: Int, end: Int): Value {
  const range = `cannot slice(${start}, ${end})`;
  if (start < 0 || end < 0) return new CelError(`${range}, negative indexes not supported`);
  if (start > end) return new CelError(`${range}, start index must be less than or equal to end index`);
  if (list.size < end) return new CelError(`${range}, list is length ${list.size}`);
  return new ValueList(items(list).slice(Number(start), Number(end)));
}

function flatten(list: CelList, depth: Int = 1): Value {
  if (depth < 0) return new CelError('level must be non-negative');
  const flat: Value[] = [];
  const visit = (values: readonly Value[], left: number): void => {
    for (const value of values) {
      if (value instanceof CelList && left > 0) visit(items(value), left - 1);
      else flat.push(value);
    }
  };
  visit(items(list), Number(depth));
  return firstError(flat) ?? new ValueList(flat);
}

function distinct(list: CelList): Value {
  const unique: Value[] = [];
  for (const value of items(list)) {
    if (!unique.some((seen) => equal(seen, value) === true)) unique.push(value);
  }
  return new ValueList(unique);
}

/** Beyond this a list would not fit into the budget anyway. */
const MAX_RANGE = 10_000_000;

function range(size: Int): Value {
  if (size < 0) return new CelError(`lists.range: size must be non-negative, got ${size}`);
  if (size > MAX_RANGE) return new CelError(`lists.range: size ${size} exceeds maximum allowed (${MAX_RANGE})`);
  return new ValueList(Array.from({ length: Number(size) }, (_none, index) => index));
}

function contains(list: CelList, others: CelList): boolean | CelError {
  for (const value of items(others)) {
    const found = includes(list, value);
    if (found !== true) return found;
  }
  return true;
}

function intersects(list: CelList, others: CelList): boolean {
  return items(list).some((value) => includes(others, value) === true);
}

function insert(map: CelMap, key: Value, value: Value): Value {
  const copy = map instanceof GrowingMap ? map : new ValueMap();
  if (copy !== map) for (const known of map.keys()) copy.set(known, map.find(known) ?? null);
  if (copy.find(key) !== undefined) return new CelError(`insert failed: key ${keyText(key)} already exists`);
  copy.set(key, value);
  return copy;
}

function insertAll(map: CelMap, others: CelMap): Value {
  let result: Value = map;
  for (const key of others.keys()) {
    result = insert(result as CelMap, key, others.find(key) ?? null);
    if (result instanceof CelError) return result;
  }
  return result;
}

const element = (list: CelList, index: number): Value =>
  list.size === 0 ? CelOptional.none : CelOptional.of(list.at(index));

export const COLLECTIONS: Library = {
  size: {
    'size_bytes(bytes): int': (bytes: Uint8Array) => bytes.length,
    '.bytes_size(bytes): int': (bytes: Uint8Array) => bytes.length,
    'size_list(list(A)): int': (list: CelList) => list.size,
    '.list_size(list(A)): int': (list: CelList) => list.size,
    'size_map(map(A, B)): int': (map: CelMap) => map.size,
    '.map_size(map(A, B)): int': (map: CelMap) => map.size,
    'size_string(string): int': codePointLength,
    '.string_size(string): int': codePointLength,
  },
  isSorted: forEachType(
    COMPARABLE,
    (type) => `.list_${type}_is_sorted_bool(list(${type})): bool`,
    () => isSorted,
  ),
  sum: forEachType(
    Object.keys(ZEROS),
    (type) => `.list_${type}_sum_${type}(list(${type})): ${type}`,
    (type) => sum(ZEROS[type] ?? 0),
  ),
  max: forEachType(
    COMPARABLE,
    (type) => `.list_${type}_max_${type}(list(${type})): ${type}`,
    () => extreme('max', 1),
  ),
  min: forEachType(
    COMPARABLE,
    (type) => `.list_${type}_min_${type}(list(${type})): ${type}`,
    () => extreme('min', -1),
  ),
  indexOf: { '.list_a_index_of_int(list(A), A): int': indexOf },
  lastIndexOf: { '.list_a_last_index_of_int(list(A), A): int': lastIndexOf },
  includes: {
    '.list_includes_dyn_dyn(dyn, dyn): bool': (target: Value, value: Value) =>
      target instanceof CelList
        ? items(target).some((item) => equal(item, value) === true)
        : equal(target, value) === true,
  },
  '@sortByAssociatedKeys': forEachType(
    COMPARABLE,
    (type) => `.list_${LONG[type] ?? type}_sortByAssociatedKeys(list(T), list(${type})): list(T)`,
    () => sortBy,
  ),
  sort: forEachType(
    COMPARABLE,
    (type) => `.list_${LONG[type] ?? type}_sort(list(${type})): list(${type})`,
    () => (list: CelList) => sortBy(list, list),
  ),
  slice: { '.list_slice(list(T), int, int): list(T)': slice },
  flatten: {
    '.list_flatten(list(list(T))): list(T)': flatten,
    '.list_flatten_int(list(dyn), int): list(dyn)': flatten,
  },
  distinct: { '.list_distinct(list(T)): list(T)': distinct },
  reverse: { '.list_reverse(list(T)): list(T)': (list: CelList) => new ValueList(items(list).toReversed()) },
  'lists.range': { 'lists_range(int): list(int)': range },
  first: { '.list_first(list(V)): optional_type(V)': (list: CelList) => element(list, 0) },
  last: { '.list_last(list(V)): optional_type(V)': (list: CelList) => element(list, list.size - 1) },
  'sets.contains': { 'list_sets_contains_list(list(T), list(T)): bool': contains },
  'sets.equivalent': {
    'list_sets_equivalent_list(list(T), list(T)): bool': (one: CelList, other: CelList) => {
      const half = contains(one, other);
      return half === true ? contains(other, one) : half;
    },
  },
  'sets.intersects': { 'list_sets_intersects_list(list(T), list(T)): bool': intersects },
  'cel.@mapInsert': {
    '@mapInsert_map_key_value(map(K, V), K, V): map(K, V)': insert,
    '@mapInsert_map_map(map(K, V), map(K, V)): map(K, V)': insertAll,
  },
};
