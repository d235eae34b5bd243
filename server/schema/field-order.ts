/**
 * Go prints the fields of a type in the order in which the type declares them. Defaults, allocation and admission add
 * fields where they like, so objects are put in order before they are stored.
 */
import { setOwn } from '../base/freeze.ts';
import type { TypeDescription, ValueType } from './type-table.ts';

type Fields = Record<string, unknown>;
export type Order = (value: object) => object;

/** Where a field stands, and how to put its value in order; values without structs inside need nothing. */
interface Slot {
  readonly position: number;
  readonly order: Order | undefined;
}

const slotsByType = new WeakMap<TypeDescription, ReadonlyMap<string, Slot>>();

function slotsOf(type: TypeDescription): ReadonlyMap<string, Slot> {
  let slots = slotsByType.get(type);
  if (!slots) {
    slots = new Map(type.fields.map(({ name, type: of }, position) => [name, { position, order: orderOf(of) }]));
    slotsByType.set(type, slots);
  }
  return slots;
}

/** Puts values of a type in order; undefined where nothing in them has an order. */
export function orderOf(type: ValueType): Order | undefined {
  if (type.kind === 'struct') return (value) => inFieldOrder(value, type.struct as TypeDescription);
  const order = type.of && orderOf(type.of);
  if (!order) return undefined;
  return type.kind === 'list'
    ? (value) => orderedItems(value as unknown[], order)
    : (value) => orderedEntries(value as Fields, order);
}

/** What is frozen is in order: it has been stored, or is shared with what has. */
const ordered = (value: unknown, order: Order): unknown =>
  typeof value === 'object' && value !== null && !Object.isFrozen(value) ? order(value) : value;

/** What is in order already stays the same value: parts of stored objects are frozen, and always in order. */
function orderedItems(items: unknown[], order: Order): unknown[] {
  let changed: unknown[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const next = ordered(items[i], order);
    if (next === items[i]) continue;
    changed ??= [...items];
    changed[i] = next;
  }
  return changed ?? items;
}

function orderedEntries(map: Fields, order: Order): Fields {
  let changed: Fields | undefined;
  for (const key in map) {
    const next = ordered(map[key], order);
    if (next === map[key]) continue;
    changed ??= { ...map };
    setOwn(changed, key, next);
  }
  return changed ?? map;
}

/** The same object, or one with the same fields in their order; unknown fields come last. */
export function inFieldOrder<T extends object>(value: T, type: TypeDescription): T {
  const fields = value as Fields;
  const slots = slotsOf(type);
  let last = -1;
  let isOrdered = true;
  let changed: Fields | undefined;
  for (const name in fields) {
    const slot = slots.get(name);
    const position = slot ? slot.position : slots.size;
    if (position < last) isOrdered = false;
    last = position;
    if (!slot?.order) continue;
    const inner = fields[name];
    const next = ordered(inner, slot.order);
    if (next === inner) continue;
    changed ??= { ...fields };
    changed[name] = next;
  }
  if (isOrdered) return (changed ?? value) as T;
  return arranged(changed ?? fields, slots) as T;
}

/** A copy whose fields stand where their type has them. */
function arranged(fields: Fields, slots: ReadonlyMap<string, Slot>): Fields {
  const known: (string | undefined)[] = [];
  let unknown: string[] | undefined;
  for (const name in fields) {
    const slot = slots.get(name);
    if (slot) known[slot.position] = name;
    else {
      unknown ??= [];
      unknown.push(name);
    }
  }
  const result: Fields = {};
  // Where nothing was set, nothing is there.
  for (const name of known) if (name !== undefined) result[name] = fields[name];
  if (unknown) for (const name of unknown) setOwn(result, name, fields[name]);
  return result;
}
