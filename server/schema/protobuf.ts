/**
 * Protobuf bodies of built-in kinds, by the field numbers of the description: what kubectl and client-go send. The
 * result is the JSON value; `decode.ts` makes the canonical object of it.
 */
import { setOwn } from '../base/freeze.ts';
import { readOpaque } from './protobuf-opaque.ts';
import { BYTES, Reader, SmallMessage } from './protobuf-reader.ts';
import { isListMessage, wireOf } from './protobuf-wire.ts';
import type { FieldDescription, TypeDescription, ValueType } from './type-table.ts';

/** Every protobuf body of Kubernetes begins with these bytes; a runtime.Unknown follows. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/** Fields by number. A Go struct that is embedded is a message of its own, whose fields belong to the outer one. */
export type Message = ReadonlyMap<number, FieldDescription | Message>;

const messages = new WeakMap<TypeDescription, Message>();

/** The fields of a type by their numbers. */
export function messageOf(type: TypeDescription): Message {
  let message = messages.get(type);
  if (!message) {
    const root = new Map<number, FieldDescription | Message>();
    for (const field of type.fields) {
      if (field.row.p === undefined) continue;
      const path = field.row.p.split('.').map(Number);
      const last = path.pop() ?? 0;
      let at = root;
      for (const number of path) {
        const inner = (at.get(number) as Map<number, FieldDescription | Message> | undefined) ?? new Map();
        at.set(number, inner);
        at = inner;
      }
      at.set(last, field);
    }
    message = root;
    messages.set(type, message);
  }
  return message;
}

/** A field as it is read. */
interface Slot {
  readonly name: string;
  readonly type: ValueType;
  readonly wire: number;
  readonly repeats: 'list' | 'map' | undefined;
  /** Whether a zero value is left out: Go writes whatever is no pointer, and the decoder fills it in by itself. */
  readonly dropsZero: boolean;
}

/** By field number. */
type Slots = readonly (Slot | Slots | undefined)[];

const slotsOfTypes = new WeakMap<TypeDescription, Slots>();

function slotsOf(type: TypeDescription): Slots {
  let slots = slotsOfTypes.get(type);
  if (!slots) {
    slots = slotsOfMessage(messageOf(type));
    slotsOfTypes.set(type, slots);
  }
  return slots;
}

function slotsOfMessage(message: Message): Slots {
  const slots: (Slot | Slots | undefined)[] = [];
  for (let number = 0; number <= Math.max(0, ...message.keys()); number++) {
    const field = message.get(number);
    slots.push(field instanceof Map ? slotsOfMessage(field as Message) : field && slotOf(field as FieldDescription));
  }
  return slots;
}

function slotOf({ name, type }: FieldDescription): Slot {
  const isList = type.kind === 'list' && type.of && !isListMessage(type);
  const repeats = isList ? 'list' : type.kind === 'map' && type.of ? 'map' : undefined;
  return { name, type, wire: wireOf(type), repeats, dropsZero: !type.pointer };
}

function readStruct(reader: Reader, type: TypeDescription): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  readMessage(reader, slotsOf(type), output);
  return output;
}

function readMessage(reader: Reader, slots: Slots, output: Record<string, unknown>): void {
  while (!reader.done) {
    const tag = reader.integer();
    const number = tag >>> 3;
    const slot = number < slots.length ? slots[number] : undefined;
    if (slot === undefined) reader.skip(tag & 7);
    else if (Array.isArray(slot)) readMessage(reader.message(), slot as Slots, output);
    else readField(reader, slot as Slot, tag & 7, output);
  }
}

function readField(reader: Reader, slot: Slot, wire: number, output: Record<string, unknown>): void {
  const { name, type, repeats } = slot;
  if (repeats === 'list') {
    const list = (output[name] ?? []) as unknown[];
    output[name] = list;
    readElements(reader, name, type.of as ValueType, wire, list);
    return;
  }
  if (wire !== slot.wire) throw wrongWire(name, wire);
  if (repeats === 'map') {
    const map = (output[name] ?? {}) as Record<string, unknown>;
    output[name] = map;
    const [key, value] = readEntry(reader.message(), name, type.of as ValueType);
    setOwn(map, key, value);
    return;
  }
  const value = readValue(reader, name, type);
  if (!slot.dropsZero || !isZero(value, type)) output[name] = value;
}

function isZero(value: unknown, { kind }: ValueType): boolean {
  if (kind === 'string' || kind === 'boolean' || kind === 'int32' || kind === 'int64' || kind === 'double')
    return !value;
  if (kind !== 'struct') return false;
  for (const _ in value as object) return false;
  return true;
}

/** Numbers may come one by one or packed together. */
function readElements(reader: Reader, name: string, type: ValueType, wire: number, list: unknown[]): void {
  const expected = wireOf(type);
  if (wire === BYTES && expected !== BYTES) {
    for (const packed = reader.message(); !packed.done; ) list.push(readValue(packed, name, type));
    return;
  }
  checkWire(name, type, wire);
  list.push(readValue(reader, name, type));
}

function checkWire(name: string, type: ValueType, wire: number): void {
  if (wire !== wireOf(type)) throw wrongWire(name, wire);
}

const wrongWire = (name: string, wire: number): Error =>
  new Error(`proto: wrong wireType = ${wire} for field ${name.charAt(0).toUpperCase()}${name.slice(1)}`);

function readEntry(reader: Reader, name: string, type: ValueType): [string, unknown] {
  let key = '';
  let value: unknown = null;
  while (!reader.done) {
    const tag = reader.integer();
    if (tag >>> 3 === 1) key = reader.text();
    else if (tag >>> 3 === 2) {
      checkWire(name, type, tag & 7);
      value = readValue(reader, name, type);
    } else reader.skip(tag & 7);
  }
  return [key, value];
}

function readValue(reader: Reader, name: string, type: ValueType): unknown {
  switch (type.kind) {
    case 'string':
      return reader.text();
    case 'boolean':
      return reader.integer() !== 0;
    case 'int32':
    case 'int64':
      return reader.integer();
    case 'double':
      return reader.double();
    case 'bytes':
      return reader.bytes().toString('base64');
    case 'struct':
      return readStruct(reader.message(), type.struct as TypeDescription);
    case 'list':
      return readListMessage(reader.message(), name, type);
    default:
      return readOpaque(reader.message(), type, readStruct);
  }
}

function readListMessage(reader: Reader, name: string, type: ValueType): unknown[] {
  const items: unknown[] = [];
  while (!reader.done) {
    const tag = reader.integer();
    if (tag >>> 3 === 1 && type.of) readElements(reader, name, type.of, tag & 7, items);
    else reader.skip(tag & 7);
  }
  return items;
}

/** What the envelope of a protobuf body holds. */
export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Buffer;
}

/** @throws Error when the bytes are no Kubernetes protobuf */
export function readEnvelope(bytes: Buffer): ProtobufEnvelope {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new Error('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  const unknown = new SmallMessage(new Reader(bytes.subarray(MAGIC.length)));
  const typeMeta = new SmallMessage(new Reader(unknown.bytes(1)));
  return { apiVersion: typeMeta.text(1), kind: typeMeta.text(2), raw: unknown.bytes(2) };
}

/**
 * The JSON value of a protobuf body.
 *
 * @throws Error when the bytes do not fit the type
 * @example
 * decodeProtobuf(readEnvelope(body), table.type('io.k8s.api.core.v1.Pod'))
 */
export function decodeProtobuf(
  { apiVersion, kind, raw }: ProtobufEnvelope,
  type: TypeDescription,
): Record<string, unknown> {
  const fields = readStruct(new Reader(raw), type);
  return { ...(kind !== '' && { kind }), ...(apiVersion !== '' && { apiVersion }), ...fields };
}
