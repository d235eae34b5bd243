/**
 * Objects of built-in kinds as protobuf, byte by byte as upstream's generated code writes them: fields in the order of
 * their numbers, and those that are no pointers even when they are zero.
 */
import { getOwn } from '../base/freeze.ts';
import { type Message, messageOf } from './protobuf-message.ts';
import { writeOpaque } from './protobuf-opaque-writer.ts';
import { BYTES } from './protobuf-reader.ts';
import { isListMessage, wireOf } from './protobuf-wire.ts';
import { BackwardWriter } from './protobuf-writer.ts';
import type { FieldDescription, TypeDescription, ValueType } from './type-table.ts';

type Fields = Readonly<Record<string, unknown>>;
type Write = (writer: BackwardWriter, fields: Fields) => void;

const plans = new WeakMap<TypeDescription, readonly Write[]>();

/** How the fields of a struct are written, the last one first. */
function planOf(type: TypeDescription): readonly Write[] {
  let plan = plans.get(type);
  if (!plan) {
    plan = planMessage(messageOf(type));
    plans.set(type, plan);
  }
  return plan;
}

function planMessage(message: Message): readonly Write[] {
  const numbers = [...message.keys()].sort((a, b) => b - a);
  return numbers.map((number) => {
    const field = message.get(number);
    return field instanceof Map ? planEmbedded(number, field as Message) : planField(number, field as FieldDescription);
  });
}

/** A Go struct that is embedded: a message of its own with fields of the outer object. */
function planEmbedded(number: number, message: Message): Write {
  const plan = planMessage(message);
  return (writer, fields) => {
    const end = writer.length;
    for (const write of plan) write(writer, fields);
    close(writer, number, end);
  };
}

/** The length of what was written since, and the tag of the field that it is. */
function close(writer: BackwardWriter, number: number, end: number): void {
  writer.varint(writer.length - end);
  tag(writer, number, BYTES);
}

const tag = (writer: BackwardWriter, number: number, wire: number): void => writer.varint(number * 8 + wire);

function planField(number: number, { name, type }: FieldDescription): Write {
  if (type.kind === 'list' && type.of && !isListMessage(type)) return planList(number, name, type.of);
  if (type.kind === 'map' && type.of) return planMap(number, name, type.of);
  const write = writerOf(type);
  const wire = wireOf(type);
  // A slice without a value is left out like a pointer.
  const isOptional = type.pointer || type.kind === 'bytes' || type.kind === 'list';
  return (writer, fields) => {
    const value = fields[name];
    if (isOptional && (value === undefined || value === null)) return;
    write(writer, value);
    tag(writer, number, wire);
  };
}

function planList(number: number, name: string, of: ValueType): Write {
  const write = writerOf(of);
  const wire = wireOf(of);
  return (writer, fields) => {
    const items = fields[name];
    if (!Array.isArray(items)) return;
    for (let i = items.length - 1; i >= 0; i--) {
      write(writer, items[i]);
      tag(writer, number, wire);
    }
  };
}

const KEY = 1;
const VALUE = 2;

/** An entry is a message; upstream sorts them by their keys. */
function planMap(number: number, name: string, of: ValueType): Write {
  const write = writerOf(of);
  const wire = wireOf(of);
  return (writer, fields) => {
    const map = fields[name] as Fields | null | undefined;
    if (!map) return;
    const keys = Object.keys(map).sort(byBytes);
    for (let i = keys.length - 1; i >= 0; i--) {
      const key = keys[i] as string;
      const end = writer.length;
      write(writer, getOwn(map, key));
      tag(writer, VALUE, wire);
      writer.text(key);
      tag(writer, KEY, BYTES);
      close(writer, number, end);
    }
  };
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

type WriteValue = (writer: BackwardWriter, value: unknown) => void;

function writerOf(type: ValueType): WriteValue {
  switch (type.kind) {
    case 'string':
      return (writer, value) => writer.text((value as string | undefined) ?? '');
    case 'boolean':
      return (writer, value) => writer.byte(value ? 1 : 0);
    case 'int32':
    case 'int64':
      return (writer, value) => writer.integer((value as number | undefined) ?? 0);
    case 'double':
      return (writer, value) => writer.double((value as number | undefined) ?? 0);
    case 'bytes':
      return (writer, value) => writer.bytes(Buffer.from((value as string | undefined) ?? '', 'base64'));
    case 'struct':
      return (writer, value) => writeStruct(writer, value, type.struct as TypeDescription);
    case 'list':
      return listMessageWriter(type.of as ValueType);
    default:
      return (writer, value) => writeOpaque(writer, value, type, writeStruct);
  }
}

const NOTHING: Fields = Object.freeze({});

function writeStruct(writer: BackwardWriter, value: unknown, type: TypeDescription): void {
  const end = writer.length;
  const fields = (value as Fields | null | undefined) ?? NOTHING;
  for (const write of planOf(type)) write(writer, fields);
  writer.varint(writer.length - end);
}

/** A named list type is a message whose field 1 repeats. */
function listMessageWriter(of: ValueType): WriteValue {
  const plan = planList(1, 'items', of);
  return (writer, items) => {
    const end = writer.length;
    plan(writer, { items });
    writer.varint(writer.length - end);
  };
}

const MAGIC = Buffer.from('k8s\0');

/** The writer is used again: nothing here waits. */
const shared = new BackwardWriter();

export interface KindName {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * An object as a message, without its kind: how it stands in a list.
 *
 * @param value canonical
 */
export function encodeMessage(value: object, type: TypeDescription): Buffer {
  for (const write of planOf(type)) write(shared, value as Fields);
  return shared.take();
}

/**
 * An object as bodies and answers have it: in an envelope that names its kind.
 *
 * @param value canonical
 * @example
 * encodeProtobuf(pod, { apiVersion: 'v1', kind: 'Pod' }, podType)
 */
export function encodeProtobuf(value: object, name: KindName, type: TypeDescription): Buffer {
  const message = encodeMessage(value, type);
  return Buffer.concat([envelopeHead(name, message.length), message, ENVELOPE_END]);
}

/** runtime.Unknown goes on with an encoding and a media type, which nobody sets. */
export const ENVELOPE_END = Buffer.from([0x1a, 0x00, 0x22, 0x00]);

/** Everything before the message itself: the magic bytes, the kind, and the length of what follows. */
export function envelopeHead({ apiVersion, kind }: KindName, messageBytes: number): Buffer {
  shared.varint(messageBytes);
  tag(shared, 2, BYTES);
  const end = shared.length;
  shared.text(kind);
  tag(shared, 2, BYTES);
  shared.text(apiVersion);
  tag(shared, 1, BYTES);
  close(shared, 1, end);
  return Buffer.concat([MAGIC, shared.take()]);
}
