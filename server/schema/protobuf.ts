/**
 * Protobuf bodies of built-in kinds, by the field numbers of the description: what kubectl and client-go send. The
 * result is the JSON value; `decode.ts` makes the canonical object of it.
 */
import { setOwn } from '../base/freeze.ts';
import { rfc3339, rfc3339Micro } from '../base/clock.ts';
import { formatDuration } from './opaque-values.ts';
import type { FieldDescription, TypeDescription, ValueType } from './type-table.ts';

/** Every protobuf body of Kubernetes begins with these bytes; a runtime.Unknown follows. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** 64 bits, signed, as Go's int64. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error('unexpected EOF');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new Error('proto: integer overflow');
  }

  integer(): number {
    // Nearly every number is one byte: tags, lengths, ports.
    const byte = this.#bytes[this.#at];
    if (byte !== undefined && byte < 0x80) {
      this.#at++;
      return byte;
    }
    return Number(this.varint());
  }

  bytes(): Buffer {
    const length = this.integer();
    const end = this.#at + length;
    if (length < 0 || end > this.#bytes.length) throw new Error('unexpected EOF');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  double(): number {
    if (this.#at + 8 > this.#bytes.length) throw new Error('unexpected EOF');
    const value = this.#bytes.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  skip(wire: number): void {
    if (wire === VARINT) this.varint();
    else if (wire === BYTES) this.bytes();
    else if (wire === FIXED64 || wire === FIXED32) this.#at += wire === FIXED64 ? 8 : 4;
    else throw new Error(`proto: illegal wireType ${wire}`);
  }
}

/** Fields of a message by number; a Go struct that is embedded is a message of its own whose fields belong to the outer. */
type Message = ReadonlyMap<number, FieldDescription | Message>;

const messages = new WeakMap<TypeDescription, Message>();

function messageOf(type: TypeDescription): Message {
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

function readStruct(bytes: Buffer, type: TypeDescription): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  readMessage(new Reader(bytes), messageOf(type), output);
  return output;
}

function readMessage(reader: Reader, message: Message, output: Record<string, unknown>): void {
  while (!reader.done) {
    const tag = reader.integer();
    const field = message.get(tag >>> 3);
    if (!field) reader.skip(tag & 7);
    else if (field instanceof Map) readMessage(new Reader(reader.bytes()), field as Message, output);
    else readField(reader, field as FieldDescription, tag & 7, output);
  }
}

/** A named list type is a message whose field 1 repeats; any other list repeats the field itself. */
function isListMessage(type: ValueType): boolean {
  return type.kind === 'list' && !type.go.startsWith('[]');
}

function readField(reader: Reader, { name, type }: FieldDescription, wire: number, output: Record<string, unknown>): void {
  if (type.kind === 'list' && type.of && !isListMessage(type)) {
    const list = (output[name] ??= []) as unknown[];
    list.push(readValue(reader, type.of, wire));
  } else if (type.kind === 'map' && type.of) {
    const map = (output[name] ??= {}) as Record<string, unknown>;
    const [key, value] = readEntry(reader.bytes(), type.of);
    setOwn(map, key, value);
  } else output[name] = readValue(reader, type, wire);
}

function readEntry(bytes: Buffer, type: ValueType): [string, unknown] {
  const reader = new Reader(bytes);
  let key = '';
  let value: unknown = null;
  while (!reader.done) {
    const tag = reader.integer();
    if (tag >>> 3 === 1) key = reader.bytes().toString();
    else if (tag >>> 3 === 2) value = readValue(reader, type, tag & 7);
    else reader.skip(tag & 7);
  }
  return [key, value];
}

function readValue(reader: Reader, type: ValueType, wire: number): unknown {
  switch (type.kind) {
    case 'string':
      return reader.bytes().toString();
    case 'boolean':
      return reader.integer() !== 0;
    case 'int32':
    case 'int64':
      return Number(reader.varint());
    case 'double':
      return wire === FIXED64 ? reader.double() : Number(reader.varint());
    case 'bytes':
      return reader.bytes().toString('base64');
    case 'struct':
      return readStruct(reader.bytes(), type.struct as TypeDescription);
    case 'list':
      return readListMessage(reader.bytes(), type);
    default:
      return readOpaque(reader.bytes(), type);
  }
}

function readListMessage(bytes: Buffer, type: ValueType): unknown[] {
  const reader = new Reader(bytes);
  const items: unknown[] = [];
  while (!reader.done) {
    const tag = reader.integer();
    if (tag >>> 3 === 1 && type.of) items.push(readValue(reader, type.of, tag & 7));
    else reader.skip(tag & 7);
  }
  return items;
}

/** The fields of a small message, by number: bytes as they are, numbers as bigint. */
function fieldsOf(bytes: Buffer): Map<number, (Buffer | bigint)[]> {
  const reader = new Reader(bytes);
  const fields = new Map<number, (Buffer | bigint)[]>();
  while (!reader.done) {
    const tag = reader.integer();
    const number = tag >>> 3;
    const list = fields.get(number) ?? [];
    fields.set(number, list);
    if ((tag & 7) === VARINT) list.push(reader.varint());
    else if ((tag & 7) === BYTES) list.push(reader.bytes());
    else reader.skip(tag & 7);
  }
  return fields;
}

function readOpaque(bytes: Buffer, type: ValueType): unknown {
  const fields = fieldsOf(bytes);
  const number = (at: number): bigint => (fields.get(at)?.[0] as bigint | undefined) ?? 0n;
  const part = (at: number): Buffer | undefined => fields.get(at)?.[0] as Buffer | undefined;
  switch (type.kind) {
    case 'time':
      return bytes.length === 0 ? null : rfc3339(Number(number(1)) * 1000);
    case 'micro-time':
      return bytes.length === 0 ? null : microTime(number(1), number(2));
    case 'duration':
      return formatDuration(Number(number(1)));
    case 'quantity':
      return part(1)?.toString() || '0';
    case 'int-or-string':
      return number(1) === 1n ? (part(3)?.toString() ?? '') : Number(number(2));
    case 'raw':
      return part(1) && part(1)?.length ? JSON.parse((part(1) as Buffer).toString()) : null;
    default:
      return readSchemaOr(type, fields);
  }
}

function microTime(seconds: bigint, nanos: bigint): string {
  const micros = (nanos / 1000n).toString().padStart(6, '0');
  return rfc3339Micro(Number(seconds) * 1000).replace('.000000Z', `.${micros}Z`);
}

/** JSONSchemaPropsOrBool, …OrArray and …OrStringArray. */
function readSchemaOr(type: ValueType, fields: Map<number, (Buffer | bigint)[]>): unknown {
  const schemaType = type.sibling?.(`@${(type.model ?? '').replace(/Or(Bool|Array|StringArray)$/, '')}`)?.struct;
  const schema = (bytes: Buffer): unknown => readStruct(bytes, schemaType as TypeDescription);
  if (type.kind === 'schema-or-bool') {
    const inner = fields.get(2)?.[0] as Buffer | undefined;
    return inner ? schema(inner) : fields.get(1)?.[0] === 1n;
  }
  const single = fields.get(1)?.[0] as Buffer | undefined;
  if (single) return schema(single);
  const list = (fields.get(2) ?? []) as Buffer[];
  return list.map((bytes) => (type.kind === 'schema-or-strings' ? bytes.toString() : schema(bytes)));
}

/** What the envelope of a protobuf body holds. */
export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: Buffer;
}

/** @throws Error when the bytes are no Kubernetes protobuf */
export function readEnvelope(bytes: Buffer): ProtobufEnvelope {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  const fields = fieldsOf(bytes.subarray(MAGIC.length));
  const typeMeta = fieldsOf((fields.get(1)?.[0] as Buffer | undefined) ?? Buffer.alloc(0));
  const text = (value: Buffer | bigint | undefined): string => (Buffer.isBuffer(value) ? value.toString() : '');
  return {
    apiVersion: text(typeMeta.get(1)?.[0]),
    kind: text(typeMeta.get(2)?.[0]),
    raw: (fields.get(2)?.[0] as Buffer | undefined) ?? Buffer.alloc(0),
  };
}

/**
 * The JSON value of a protobuf body.
 *
 * @throws Error when the bytes do not fit the type
 * @example
 * decodeProtobuf(readEnvelope(body), table.type('io.k8s.api.core.v1.Pod'))
 */
export function decodeProtobuf({ apiVersion, kind, raw }: ProtobufEnvelope, type: TypeDescription): Record<string, unknown> {
  const fields = readStruct(raw, type);
  return { ...(kind !== '' && { kind }), ...(apiVersion !== '' && { apiVersion }), ...fields };
}
