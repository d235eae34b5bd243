/**
 * Go prints the fields of a type in the order in which the type declares them. Defaults, allocation and admission add
 * fields where they like, so objects are put in order before they are stored.
 */
import type { TypeDescription, ValueType } from './type-table.ts';

type Fields = Record<string, unknown>;

const positionsByType = new WeakMap<TypeDescription, ReadonlyMap<string, number>>();

function positionsOf(type: TypeDescription): ReadonlyMap<string, number> {
  let positions = positionsByType.get(type);
  if (!positions) {
    positions = new Map(type.fields.map(({ name }, position) => [name, position]));
    positionsByType.set(type, positions);
  }
  return positions;
}

function orderedValue(value: unknown, type: ValueType): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (type.kind === 'struct') return inFieldOrder(value as Fields, type.struct as TypeDescription);
  if (type.of === undefined || (type.of.kind !== 'struct' && type.of.kind !== 'list')) return value;
  if (type.kind === 'list') return orderedItems(value as unknown[], type.of);
  return type.kind === 'map' ? orderedEntries(value as Fields, type.of) : value;
}

/** What is in order already stays the same value: parts of stored objects are frozen, and always in order. */
function orderedItems(items: unknown[], type: ValueType): unknown[] {
  const next = items.map((item) => orderedValue(item, type));
  return next.some((item, i) => item !== items[i]) ? next : items;
}

function orderedEntries(map: Fields, type: ValueType): Fields {
  const next = Object.entries(map).map(([key, value]) => [key, orderedValue(value, type)] as const);
  return next.some(([key, value]) => value !== map[key]) ? Object.fromEntries(next) : map;
}

/** The same object, or one with the same fields in their order; unknown fields come last. */
export function inFieldOrder<T extends object>(value: T, type: TypeDescription): T {
  const fields = value as Fields;
  const positions = positionsOf(type);
  let last = -1;
  let isOrdered = true;
  let changed: Fields | undefined;
  for (const name in fields) {
    const position = positions.get(name) ?? positions.size;
    if (position < last) isOrdered = false;
    last = position;
    const field = type.byName.get(name);
    if (!field) continue;
    const next = orderedValue(fields[name], field.type);
    if (next === fields[name]) continue;
    changed ??= { ...fields };
    changed[name] = next;
  }
  if (isOrdered) return (changed ?? value) as T;
  const result = changed ?? fields;
  const names = Object.keys(result).sort(
    (a, b) => (positions.get(a) ?? positions.size) - (positions.get(b) ?? positions.size),
  );
  return Object.fromEntries(names.map((name) => [name, result[name]])) as T;
}
