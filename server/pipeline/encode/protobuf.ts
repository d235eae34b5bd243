/** Answers in protobuf: messages of stored objects are made once, envelopes around them each time. */
import { notAcceptable } from '../../kube/api-error.ts';
import { apiVersionOf, parseApiVersion } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { ENVELOPE_END, encodeMessage, encodeProtobuf, envelopeHead } from '../../schema/protobuf-encode.ts';
import { builtInTypes, type TypeDescription } from '../../schema/type-table.ts';
import type { StoredObject } from '../../storage/stored-object.ts';

interface Named {
  readonly kind?: string;
  readonly apiVersion?: string;
}

/** The description of a kind that is no resource: Status, lists of discovery, partial objects. */
function typeOf({ kind = '', apiVersion = '' }: Named): TypeDescription {
  // Some answers of discovery do not say their version.
  const { group, version } = parseApiVersion(apiVersion === '' ? 'v1' : apiVersion) ?? { group: '', version: '' };
  const known = group === 'meta.k8s.io' ? 'v1' : version;
  const type = builtInTypes().typeOfKind(group, known, kind);
  if (!type) throw notAcceptable(['application/json', 'application/yaml']);
  return type;
}

/** The message of a stored object in the version of the request, without its kind. */
export function messageBytes({ conversion, info }: Served, object: StoredObject, keep = true): Buffer {
  const encode = (value: StoredObject['value']): Buffer =>
    encodeMessage(conversion ? conversion.fromStored(value) : value, info.type);
  return object.bytes(`protobuf ${apiVersionOf(info)}`, encode, keep);
}

/** A stored object as an answer or watch event has it. */
export function objectProtobuf(served: Served, object: StoredObject, keep = true): Buffer {
  const message = messageBytes(served, object, keep);
  const name = { apiVersion: apiVersionOf(served.info), kind: served.info.kind };
  return Buffer.concat([envelopeHead(name, message.length), message, ENVELOPE_END]);
}

/** Any other value. @throws ApiError 406 for kinds that protobuf knows nothing of */
export function valueProtobuf(value: Named): Buffer {
  const { kind = '', apiVersion = '' } = value;
  return encodeProtobuf(value, { kind, apiVersion }, typeOf(value));
}

const LIST_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta';
const METADATA = 0x0a;
const ITEM = 0x12;

/** A field that is a message: its tag, its length, and what it holds. */
function framed(tag: number, message: Buffer): [Buffer, Buffer] {
  const head: number[] = [tag];
  let rest = message.length;
  for (; rest >= 0x80; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  head.push(rest);
  return [Buffer.from(head), message];
}

/** The beginning of a list: its envelope and metadata. @param items messages, each framed */
export function listHead(list: Named & { readonly metadata: object }, itemsBytes: number): Buffer {
  const metadata = Buffer.concat(framed(METADATA, encodeMessage(list.metadata, builtInTypes().type(LIST_META))));
  const { kind = '', apiVersion = '' } = list;
  return Buffer.concat([envelopeHead({ kind, apiVersion }, metadata.length + itemsBytes), metadata]);
}

/** An item of a list, as it stands there. */
export const listItem = (message: Buffer): [Buffer, Buffer] => framed(ITEM, message);

/** An item that is no stored object. */
export const listValue = (value: Named): [Buffer, Buffer] => framed(ITEM, encodeMessage(value, typeOf(value)));

/** An event of a watch: how long it is, then a metav1.WatchEvent that holds an object in its envelope. */
export function watchFrame(type: string, object: Buffer): Buffer {
  const event = Buffer.concat([...framed(METADATA, Buffer.from(type)), ...framed(ITEM, rawExtension(object))]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

const rawExtension = (bytes: Buffer): Buffer => Buffer.concat(framed(METADATA, bytes));
