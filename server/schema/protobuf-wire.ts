/** Which values are written in which way in protobuf. */
import { BYTES, FIXED64, VARINT } from './protobuf-reader.ts';
import type { ValueType } from './type-table.ts';

/** A named list type is a message whose field 1 repeats; any other list repeats the field itself. */
export function isListMessage(type: ValueType): boolean {
  return type.kind === 'list' && !type.go.startsWith('[]');
}

export function wireOf(type: ValueType): number {
  if (type.kind === 'double') return FIXED64;
  return type.kind === 'boolean' || type.kind === 'int32' || type.kind === 'int64' ? VARINT : BYTES;
}
