/** Values with an encoding of their own in protobuf, as they are written: times, quantities, IntOrString, raw JSON. */
import { parseDuration } from './go-duration.ts';
import { BYTES, VARINT } from './protobuf-reader.ts';
import type { BackwardWriter } from './protobuf-writer.ts';
import type { TypeDescription, ValueType } from './type-table.ts';

type WriteStruct = (writer: BackwardWriter, value: unknown, type: TypeDescription) => void;

const tag = (writer: BackwardWriter, number: number, wire: number): void => writer.varint(number * 8 + wire);

function integerField(writer: BackwardWriter, number: number, value: number): void {
  writer.integer(value);
  tag(writer, number, VARINT);
}

function textField(writer: BackwardWriter, number: number, value: string): void {
  writer.text(value);
  tag(writer, number, BYTES);
}

/** Seconds and nanoseconds; a time that is none is an empty message. */
function writeTime(writer: BackwardWriter, value: unknown): void {
  if (typeof value !== 'string') return;
  const ms = Date.parse(value);
  const seconds = Math.floor(ms / 1000);
  const fraction = /\.(\d+)/.exec(value)?.[1] ?? '';
  integerField(writer, 2, Number(fraction.padEnd(9, '0').slice(0, 9)));
  integerField(writer, 1, seconds);
}

function writeIntOrString(writer: BackwardWriter, value: unknown): void {
  const isText = typeof value === 'string';
  textField(writer, 3, isText ? value : '');
  integerField(writer, 2, isText ? 0 : ((value as number | undefined) ?? 0));
  integerField(writer, 1, isText ? 1 : 0);
}

/** JSONSchemaPropsOrBool, …OrArray and …OrStringArray. */
function writeSchemaOr(writer: BackwardWriter, value: unknown, type: ValueType, writeStruct: WriteStruct): void {
  const schemaType = type.sibling?.(`@${(type.model ?? '').replace(/Or(Bool|Array|StringArray)$/, '')}`)?.struct;
  const schema = (number: number, inner: unknown): void => {
    writeStruct(writer, inner, schemaType as TypeDescription);
    tag(writer, number, BYTES);
  };
  if (type.kind === 'schema-or-bool') {
    if (typeof value === 'object' && value !== null) schema(2, value);
    // A schema allows.
    integerField(writer, 1, value === false || value === undefined ? 0 : 1);
  } else if (!Array.isArray(value)) schema(1, value);
  else {
    for (let i = value.length - 1; i >= 0; i--) {
      if (type.kind === 'schema-or-strings') textField(writer, 2, value[i] as string);
      else schema(2, value[i]);
    }
  }
}

/** A value and its length. */
export function writeOpaque(writer: BackwardWriter, value: unknown, type: ValueType, writeStruct: WriteStruct): void {
  const end = writer.length;
  switch (type.kind) {
    case 'time':
    case 'micro-time':
      writeTime(writer, value);
      break;
    case 'duration':
      integerField(writer, 1, Number(parseDuration((value as string | undefined) ?? '0s')));
      break;
    case 'quantity':
      textField(writer, 1, (value as string | undefined) ?? '0');
      break;
    case 'int-or-string':
      writeIntOrString(writer, value);
      break;
    case 'raw':
      if (value !== undefined && value !== null) textField(writer, 1, JSON.stringify(value));
      break;
    default:
      writeSchemaOr(writer, value, type, writeStruct);
  }
  writer.varint(writer.length - end);
}
