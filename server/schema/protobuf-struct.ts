/**
 * Structs of protobuf bodies, canonical as they are read: what `decodeStruct` makes of JSON in a second pass. Writers
 * put fields in the order of their numbers, which is nearly always the one in which Go prints them.
 */
import { setOwn } from '../base/freeze.ts';
import { type FieldPlan, fill, planOf, type StructPlan, settled } from './decode.ts';
import { scalarDecoder } from './decode-scalars.ts';
import { type Message, messageOf } from './protobuf-message.ts';
import { readOpaque } from './protobuf-opaque.ts';
import { BYTES, type Reader } from './protobuf-reader.ts';
import { isListMessage, wireOf } from './protobuf-wire.ts';
import type { FieldDescription, TypeDescription, ValueType } from './type-table.ts';

type ReadValue = (reader: Reader) => unknown;

/** A field as it is read. */
interface Slot {
  readonly plan: FieldPlan;
  readonly wire: number;
  readonly repeats: 'list' | 'map' | undefined;
  /** Reads the value, or one element of it. */
  readonly read: ReadValue;
  /** How elements are written. */
  readonly elementWire: number;
}

/** By field number. */
type Slots = readonly (Slot | Slots | undefined)[];

interface Layout {
  readonly slots: Slots;
  readonly plan: StructPlan;
}

const layouts = new WeakMap<TypeDescription, Layout>();

function layoutOf(type: TypeDescription): Layout {
  let layout = layouts.get(type);
  if (!layout) {
    const plan = planOf(type);
    layout = { plan, slots: slotsOf(messageOf(type), plan) };
    layouts.set(type, layout);
  }
  return layout;
}

function slotsOf(message: Message, plan: StructPlan): Slots {
  const slots: (Slot | Slots | undefined)[] = [];
  for (let number = 0; number <= Math.max(0, ...message.keys()); number++) {
    const field = message.get(number);
    slots.push(
      field instanceof Map ? slotsOf(field as Message, plan) : field && slotOf(field as FieldDescription, plan),
    );
  }
  return slots;
}

function slotOf({ name, type }: FieldDescription, { byName }: StructPlan): Slot {
  const plan = byName.get(name);
  if (!plan) throw new Error(`${name} has a number but is no field`);
  const isList = type.kind === 'list' && type.of && !isListMessage(type);
  const repeats = isList ? 'list' : type.kind === 'map' && type.of ? 'map' : undefined;
  const element = repeats ? (type.of as ValueType) : type;
  return { plan, wire: wireOf(type), repeats, read: readerOf(name, element), elementWire: wireOf(element) };
}

/** A struct while it is read. */
interface Unfinished {
  readonly output: Record<string, unknown>;
  readonly filled: readonly FieldPlan[];
  /** The first of `filled` that is still to come. */
  next: number;
  /** The place of the last field. */
  position: number;
  isInOrder: boolean;
  /** The last entry of a map, and the map. */
  key: string;
  map: object | undefined;
  /** Maps whose keys did not come sorted. */
  unsorted: Set<string> | undefined;
}

/** The rest of a reader as a struct. @throws Error for bytes that do not fit, DecodeError for values that do not */
export function readStruct(reader: Reader, type: TypeDescription): Record<string, unknown> {
  const { slots, plan } = layoutOf(type);
  const struct: Unfinished = {
    output: {},
    filled: plan.filled,
    next: 0,
    position: -1,
    isInOrder: true,
    key: '',
    map: undefined,
    unsorted: undefined,
  };
  readMessage(reader, slots, struct);
  fillUpTo(struct, Number.POSITIVE_INFINITY);
  if (struct.unsorted) for (const name of struct.unsorted) struct.output[name] = sortedMap(struct.output[name]);
  return struct.isInOrder ? struct.output : inOrderOf(struct.output, type);
}

function readMessage(reader: Reader, slots: Slots, struct: Unfinished): void {
  while (!reader.done) {
    const tag = reader.integer();
    const number = tag >>> 3;
    const slot = number < slots.length ? slots[number] : undefined;
    if (slot === undefined) reader.skip(tag & 7);
    else if (Array.isArray(slot)) readMessage(reader.message(), slot as Slots, struct);
    else readField(reader, slot as Slot, tag & 7, struct);
  }
}

function readField(reader: Reader, slot: Slot, wire: number, struct: Unfinished): void {
  const { plan, repeats } = slot;
  if (repeats === 'list') readElements(reader, slot, wire, struct);
  else if (wire !== slot.wire) throw wrongWire(plan.name, wire);
  else if (repeats === 'map') readEntry(reader.message(), slot, struct);
  else {
    const value = settled(plan, slot.read(reader));
    if (value !== undefined) place(struct, plan, value);
  }
}

function place(struct: Unfinished, plan: FieldPlan, value: unknown): void {
  const { position } = plan;
  if (position < struct.position) struct.isInOrder = false;
  else {
    fillUpTo(struct, position);
    if (struct.filled[struct.next] === plan) struct.next++;
    struct.position = position;
  }
  struct.output[plan.name] = value;
}

function fillUpTo(struct: Unfinished, position: number): void {
  const { filled, output } = struct;
  for (; struct.next < filled.length; struct.next++) {
    const other = filled[struct.next] as FieldPlan;
    if (other.position >= position) return;
    fill(output, other);
  }
}

/** Numbers may come one by one or packed together. */
function readElements(reader: Reader, slot: Slot, wire: number, struct: Unfinished): void {
  const { plan, read, elementWire } = slot;
  const before = struct.output[plan.name];
  const list: unknown[] = Array.isArray(before) ? before : [];
  if (wire === BYTES && elementWire !== BYTES) {
    for (const packed = reader.message(); !packed.done; ) list.push(read(packed));
  } else {
    if (wire !== elementWire) throw wrongWire(plan.name, wire);
    list.push(read(reader));
  }
  if (list !== before && list.length > 0) place(struct, plan, list);
}

const wrongWire = (name: string, wire: number): Error =>
  new Error(`proto: wrong wireType = ${wire} for field ${goNameOf(name)}`);

const goNameOf = (name: string): string =>
  name === 'metadata' ? 'ObjectMeta' : `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

function readEntry(reader: Reader, { plan, read, elementWire }: Slot, struct: Unfinished): void {
  let key = '';
  let value: unknown = null;
  while (!reader.done) {
    const tag = reader.integer();
    if (tag >>> 3 === 1) key = reader.text();
    else if (tag >>> 3 === 2) {
      if ((tag & 7) !== elementWire) throw wrongWire(plan.name, tag & 7);
      value = read(reader);
    } else reader.skip(tag & 7);
  }
  let map = struct.output[plan.name] as Record<string, unknown> | null | undefined;
  if (!map) {
    map = {};
    place(struct, plan, map);
  } else if (map !== struct.map || key < struct.key) {
    struct.unsorted ??= new Set();
    struct.unsorted.add(plan.name);
  }
  struct.map = map;
  struct.key = key;
  setOwn(map, key, value);
}

/** Go prints maps sorted. */
function sortedMap(map: unknown): Record<string, unknown> {
  const input = map as Record<string, unknown>;
  const output: Record<string, unknown> = {};
  for (const key of Object.keys(input).sort()) setOwn(output, key, input[key]);
  return output;
}

function inOrderOf(fields: Record<string, unknown>, type: TypeDescription): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  for (const { name } of type.fields) if (Object.hasOwn(fields, name)) output[name] = fields[name];
  return output;
}

function readerOf(name: string, type: ValueType): ReadValue {
  switch (type.kind) {
    case 'string':
      return (reader) => reader.text();
    case 'boolean':
      return (reader) => reader.integer() !== 0;
    case 'int32':
      return (reader) => reader.int32();
    case 'int64':
      return (reader) => reader.integer();
    case 'double':
      return (reader) => reader.double();
    case 'bytes':
      return (reader) => reader.bytes().toString('base64');
    case 'struct':
      return (reader) => readStruct(reader.message(), type.struct as TypeDescription);
    case 'list':
      return listMessageReader(name, type);
    case 'schema-or-bool':
    case 'schema-or-array':
    case 'schema-or-strings':
      return (reader) => readOpaque(reader.message(), type, readStruct);
    default: {
      const decode = scalarDecoder(type);
      return (reader) => {
        const value = readOpaque(reader.message(), type, readStruct);
        return value === null ? null : decode(value);
      };
    }
  }
}

/** A named list type is a message whose field 1 repeats. */
function listMessageReader(name: string, type: ValueType): ReadValue {
  const element = type.of as ValueType;
  const read = readerOf(name, element);
  const elementWire = wireOf(element);
  return (outer) => {
    const reader = outer.message();
    const items: unknown[] = [];
    while (!reader.done) {
      const tag = reader.integer();
      if (tag >>> 3 !== 1) reader.skip(tag & 7);
      else if ((tag & 7) === elementWire) items.push(read(reader));
      else throw wrongWire(name, tag & 7);
    }
    return items;
  };
}
