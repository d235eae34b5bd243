/** Values with an encoding of their own in protobuf: times, quantities, IntOrString, raw JSON. */
import { rfc3339, rfc3339Micro } from '../base/clock.ts';
import { formatDuration } from './go-duration.ts';
import { BYTES, type Reader, SmallMessage, VARINT } from './protobuf-reader.ts';
import type { TypeDescription, ValueType } from './type-table.ts';

type ReadStruct = (reader: Reader, type: TypeDescription) => unknown;

/** The JSON value of an opaque type. */
export function readOpaque(reader: Reader, type: ValueType, readStruct: ReadStruct): unknown {
  if (type.kind === 'quantity') return readText(reader) || '0';
  if (type.kind === 'int-or-string') return readIntOrString(reader);
  const message = new SmallMessage(reader);
  switch (type.kind) {
    case 'time':
      return message.isEmpty ? null : rfc3339(Number(message.number(1)) * 1000);
    case 'micro-time':
      return message.isEmpty ? null : microTime(message.number(1), message.number(2));
    case 'duration':
      return formatDuration(message.number(1));
    case 'raw': {
      const json = message.text(1);
      return json === '' ? null : JSON.parse(json);
    }
    default:
      return readSchemaOr(message, type, readStruct);
  }
}

/** The text that is field 1: the only one of a quantity, and there are many. */
function readText(reader: Reader): string {
  let text = '';
  while (!reader.done) {
    const tag = reader.integer();
    if (tag === TEXT) text = reader.text();
    else reader.skip(tag & 7);
  }
  return text;
}

const TEXT = 8 + BYTES;

/** Which of the two it is, the number, the text; there are many of them as well. */
function readIntOrString(reader: Reader): string | number {
  let kind = 0;
  let number = 0;
  let text = '';
  while (!reader.done) {
    const tag = reader.integer();
    if (tag === INT_OR_STRING_KIND) kind = reader.integer();
    else if (tag === INT_OR_STRING_NUMBER) number = reader.integer();
    else if (tag === INT_OR_STRING_TEXT) text = reader.text();
    else reader.skip(tag & 7);
  }
  return kind === 1 ? text : number;
}

const INT_OR_STRING_KIND = 8 + VARINT;
const INT_OR_STRING_NUMBER = 16 + VARINT;
const INT_OR_STRING_TEXT = 24 + BYTES;

function microTime(seconds: bigint, nanos: bigint): string {
  const micros = (nanos / 1000n).toString().padStart(6, '0');
  return rfc3339Micro(Number(seconds) * 1000).replace('.000000Z', `.${micros}Z`);
}

/** JSONSchemaPropsOrBool, …OrArray and …OrStringArray. */
function readSchemaOr(message: SmallMessage, type: ValueType, readStruct: ReadStruct): unknown {
  const schemaType = type.sibling?.(`@${(type.model ?? '').replace(/Or(Bool|Array|StringArray)$/, '')}`)?.struct;
  const schema = (reader: Reader): unknown => readStruct(reader, schemaType as TypeDescription);
  if (type.kind === 'schema-or-bool') {
    const [inner] = message.parts(2);
    return inner ? schema(inner) : message.number(1) === 1n;
  }
  const [single] = message.parts(1);
  if (single) return schema(single);
  return message
    .parts(2)
    .map((reader) => (type.kind === 'schema-or-strings' ? reader.rest().toString() : schema(reader)));
}
