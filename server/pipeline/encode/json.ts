import type { Frozen } from '../../base/freeze.ts';
import { LIMITS } from '../../kube/limits.ts';
import { apiVersionOf, type KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { encodeJson, JSON_SLOT, type StoredObject } from '../../storage/stored-object.ts';

/**
 * JSON of a stored object in the version of the request: made once, then the same bytes for everyone.
 *
 * @param keep whether bytes that are made now stay for the next reader
 */
export function jsonBytes(served: Served, object: StoredObject, keep = true): Buffer {
  const { conversion, info } = served;
  if (!conversion) return object.bytes(JSON_SLOT, encodeJson, keep);
  const convert = (value: Frozen<KubeObject>): Buffer => encodeJson(conversion.fromStored(value) as Frozen<KubeObject>);
  return object.bytes(`json ${apiVersionOf(info)}`, convert, keep);
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
