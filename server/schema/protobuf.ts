/** Protobuf bodies of built-in kinds: what kubectl and client-go send. */
import { Reader, SmallMessage } from './protobuf-reader.ts';
import { readStruct } from './protobuf-struct.ts';
import type { TypeDescription } from './type-table.ts';

/** Every protobuf body of Kubernetes begins with these bytes; a runtime.Unknown follows. */
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

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
 * The object of a protobuf body, as canonical as `decodeStruct` makes those of JSON.
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
