/** The text of a snapshot: a Kubernetes `List` with one object a line. */
import { isUtf8 } from 'node:buffer';
import { deepFreeze, type Frozen, getOwn } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import { DamagedFile } from './damaged-file.ts';
import { type Expiry, encodeJson, JSON_SLOT, StoredObject } from './stored-object.ts';

/** The state at one revision. */
export interface Snapshot {
  readonly revision: number;
  readonly objects: readonly StoredObject[];
}

/** The key of an object in storage. @throws Error when there is no such kind */
export type Locate = (object: Frozen<KubeObject>) => string;

/** How much text is made between two turns of the event loop: a few milliseconds of work. */
const PIECE_BYTES = 512 * 1024;
const HEADER_END = '"items":[';

/** The text in pieces. Bytes of objects are used where they exist; none are made to stay. */
export function* snapshotText({ revision, objects }: Snapshot): Generator<Buffer> {
  const metadata = JSON.stringify({ resourceVersion: String(revision) });
  let parts: Buffer[] = [Buffer.from(`{"apiVersion":"v1","kind":"List","metadata":${metadata},${HEADER_END}`)];
  let bytes = 0;
  const expiries: string[] = [];
  let separator = Buffer.from('\n');
  for (const object of objects) {
    const json = object.cachedBytes(JSON_SLOT) ?? encodeJson(object.value);
    parts.push(separator, json);
    separator = Buffer.from(',\n');
    bytes += json.length;
    if (object.expiry) expiries.push(`${JSON.stringify(object.key)}:${JSON.stringify(object.expiry)}`);
    if (bytes < PIECE_BYTES) continue;
    yield Buffer.concat(parts);
    parts = [];
    bytes = 0;
  }
  // Those who read the file as a List do not look at this field.
  const end = expiries.length === 0 ? '' : `,"expiries":{\n${expiries.join(',\n')}\n}`;
  parts.push(Buffer.from(`\n]${end}}\n`));
  yield Buffer.concat(parts);
}

/**
 * Reads what {@link snapshotText} made, or the same JSON in another layout.
 *
 * @throws DamagedFile
 */
export function parseSnapshot(bytes: Buffer, path: string, locate: Locate): Snapshot {
  if (!isUtf8(bytes)) throw damaged(path, lineOfOtherBytes(bytes), 'the line holds bytes that are no UTF-8');
  const { list, items } = parseLines(bytes, path) ?? parseWhole(bytes.toString(), path);
  if (list?.kind !== 'List' || list.apiVersion !== 'v1' || !items) {
    throw damaged(path, 1, 'the file is no List of apiVersion v1 with items');
  }
  const revision = revisionOf(list);
  if (revision === undefined) throw damaged(path, 1, 'metadata.resourceVersion is no revision');
  const expiries = (list.expiries ?? {}) as Record<string, Expiry>;
  const keys = new Set<string>();
  const objects = items.map(({ value, line }, i) => {
    try {
      const object = restored(value as KubeObject | null, locate, expiries);
      if (object.revision > revision) throw new Error(`revision ${object.revision} is newer than that of the List`);
      if (keys.size === keys.add(object.key).size) throw new Error(`a second object has the key ${object.key}`);
      return object;
    } catch (error) {
      throw damaged(path, line, `items[${i}]: ${(error as Error).message}`);
    }
  });
  return { revision, objects };
}

/** The first line with bytes that are no UTF-8. */
function lineOfOtherBytes(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf('\n', start);
    if (end < 0 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}

const damaged = (path: string, line: number, what: string): DamagedFile =>
  new DamagedFile(path, line, what, 'Correct the file, or put the directory back from a copy.');

interface ParsedList {
  readonly list: Readonly<Record<string, unknown>> | null;
  readonly items: readonly { readonly value: unknown; readonly line: number }[] | undefined;
}

/** Our own layout, line by line: a file may be larger than the longest string. Undefined for other layouts. */
function parseLines(bytes: Buffer, path: string): ParsedList | undefined {
  let start = 0;
  let line = 0;
  const next = (): string => {
    const end = bytes.indexOf('\n', start);
    const text = bytes.toString('utf8', start, end < 0 ? bytes.length : end);
    start = end < 0 ? bytes.length : end + 1;
    line++;
    return text;
  };
  const header = next();
  if (!header.endsWith(HEADER_END)) return undefined;
  const head = parseJson(`${header}]}`, path, 1) as Record<string, unknown>;
  const items: { value: unknown; line: number }[] = [];
  while (start < bytes.length) {
    const text = next();
    if (text.startsWith(']')) {
      const tail = parseJson(`{"items":[${text}\n${bytes.toString('utf8', start)}`, path, line);
      return { list: { ...(tail as object), ...head }, items };
    }
    items.push({ value: parseJson(text.endsWith(',') ? text.slice(0, -1) : text, path, line), line });
  }
  throw damaged(path, line, 'the file is cut off');
}

function parseWhole(text: string, path: string): ParsedList {
  const list = parseJson(text, path, 1) as Record<string, unknown> | null;
  const items = list?.items;
  return { list, items: Array.isArray(items) ? items.map((value: unknown) => ({ value, line: 1 })) : undefined };
}

function parseJson(text: string, path: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    const position = /position (\d+)/.exec(message)?.[1];
    const linesBefore = position === undefined ? 0 : text.slice(0, Number(position)).split('\n').length - 1;
    throw damaged(path, line + linesBefore, `the file is no JSON: ${message}`);
  }
}

function revisionOf(value: unknown): number | undefined {
  const metadata = (value as { metadata?: { resourceVersion?: unknown } | null }).metadata;
  const text = metadata?.resourceVersion;
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

function restored(item: KubeObject | null, locate: Locate, expiries: Readonly<Record<string, Expiry>>): StoredObject {
  if (typeof item !== 'object' || item === null) throw new Error('the item is no object');
  const { apiVersion, kind, metadata } = item;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') throw new Error('apiVersion or kind is missing');
  if (typeof metadata?.name !== 'string') throw new Error('metadata.name is missing');
  const revision = revisionOf(item);
  if (revision === undefined) throw new Error('metadata.resourceVersion is no revision');
  const value = deepFreeze(item);
  const key = locate(value);
  return new StoredObject(key, revision, value, getOwn(expiries, key));
}
