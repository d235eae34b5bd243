import type { Frozen } from '../../base/freeze.ts';
import { LIMITS } from '../../kube/limits.ts';
import { apiVersionOf, type KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { jsonText } from '../../storage/json-text.ts';
import { encodeJson, JSON_SLOT, type StoredObject } from '../../storage/stored-object.ts';

/**
 * JSON of a stored object in the version of the request: made once, then the same bytes for everyone.
 *
 * @param keep whether bytes that are made now stay for the next reader
 */
export function jsonBytes(served: Served, object: StoredObject, keep = true): Buffer {
  const { conversion, info } = served;
  if (!conversion) return object.json(keep);
  const convert = (value: Frozen<KubeObject>): Buffer => encodeJson(conversion.fromStored(value) as Frozen<KubeObject>);
  return object.bytes(`json ${apiVersionOf(info)}`, convert, keep);
}

/** Bytes that are there, or a text that is about to become bytes together with others. */
export type Piece = Buffer | string;

/** The same for a reader that leaves nothing behind: a buffer for each object would be garbage at once. */
export function jsonPiece(served: Served, object: StoredObject, keep: boolean): Piece {
  const { conversion, info } = served;
  const slot = conversion ? `json ${apiVersionOf(info)}` : JSON_SLOT;
  if (keep) return jsonBytes(served, object);
  return object.cachedBytes(slot) ?? jsonText(conversion ? conversion.fromStored(object.value) : object.value);
}

/** All of them, one after the other. */
export function joinedPieces(pieces: readonly Piece[]): Buffer {
  const buffers: Buffer[] = [];
  let text = '';
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    if (text !== '') buffers.push(Buffer.from(text));
    text = '';
    buffers.push(piece);
  }
  if (text !== '') buffers.push(Buffer.from(text));
  const [first] = buffers;
  return buffers.length === 1 && first ? first : Buffer.concat(buffers);
}

/**
 * Whether a reader of so many objects leaves their bytes behind. V8 collects the whole heap for each 64 MiB of buffers
 * that stay: with a hundred thousand objects that takes longer, again and again, than making all of the bytes anew.
 */
export const keepsBytes = (objects: number): boolean => objects <= LIMITS.keptAtOnce;

/** What every object of a resource begins with; items of a list do not repeat it. */
export function typePrefix({ info }: Served): string {
  return `{"kind":${JSON.stringify(info.kind)},"apiVersion":${JSON.stringify(apiVersionOf(info))},`;
}

/** JSON of any other value, indented when a person will read it; only the other form ends with a line break. */
export function valueBytes(value: unknown, pretty: boolean): Buffer {
  return Buffer.from(pretty ? JSON.stringify(value, null, 2) : `${JSON.stringify(value)}\n`);
}
