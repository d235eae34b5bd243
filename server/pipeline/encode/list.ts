import { setImmediate as nextTurn } from 'node:timers/promises';
import { apiVersionOf } from '../../kube/object.ts';
import type { ListResponse } from '../request.ts';
import { jsonBytes, typePrefix } from './json.ts';

/** A list goes out in pieces of about this size, with a turn of the event loop after each. */
const CHUNK_BYTES = 256 * 1024;

/** How long encoding may hold the event loop before others get a turn: cold objects take longer than cached ones. */
const TURN_ITEMS = 200;

const COMMA = Buffer.from(',');
const BRACE = Buffer.from('{');
const END = Buffer.from(']}\n');

/** metav1.ListMeta. */
export function listMeta({ revision, continue: token, remaining }: ListResponse): object {
  return {
    resourceVersion: String(revision),
    ...(token !== undefined && { continue: token }),
    ...(remaining !== undefined && { remainingItemCount: remaining }),
  };
}

/** JSON of a list, in pieces, without ever building the whole: items are the bytes that their objects keep. */
export async function* listChunks(response: ListResponse): AsyncGenerator<Buffer> {
  const { served, items } = response;
  const prefixLength = Buffer.byteLength(typePrefix(served));
  const { kind } = served.info;
  const [apiVersion, metadata] = [apiVersionOf(served.info), listMeta(response)].map((part) => JSON.stringify(part));
  const head = `{"kind":"${kind}List","apiVersion":${apiVersion},"metadata":${metadata},"items":[`;
  let parts: Buffer[] = [Buffer.from(head)];
  let bytes = 0;
  for (let i = 0; i < items.length; i++) {
    const item = jsonBytes(served, items[i] as (typeof items)[number]).subarray(prefixLength);
    if (i > 0) parts.push(COMMA);
    parts.push(BRACE, item);
    bytes += item.length;
    if (bytes < CHUNK_BYTES && (i + 1) % TURN_ITEMS !== 0) continue;
    yield Buffer.concat(parts);
    parts = [];
    bytes = 0;
    await nextTurn();
  }
  parts.push(END);
  yield Buffer.concat(parts);
}
