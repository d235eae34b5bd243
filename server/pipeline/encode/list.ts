import { setImmediate as nextTurn } from 'node:timers/promises';
import { apiVersionOf } from '../../kube/object.ts';
import { columnDefinitions, partialMetadata } from '../../registry/table.ts';
import { ENVELOPE_END } from '../../schema/protobuf-encode.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import type { Negotiated } from '../media-types.ts';
import { type ListResponse, servedValue } from '../request.ts';
import { metaVersion, rowOf } from './forms.ts';
import { joinedPieces, jsonPiece, keepsBytes, type Piece, typePrefix } from './json.ts';
import { listHead, listItem, listValue, messageBytes } from './protobuf.ts';
import { toYaml } from './yaml.ts';

/** A list goes out in pieces of about this size, with a turn of the event loop after each. */
const CHUNK_BYTES = 256 * 1024;

/** How long encoding may hold the event loop before others get a turn: cold objects take longer than cached ones. */
const TURN_ITEMS = 200;
/** The same for forms that are made for each reader: their bytes are kept nowhere. */
const TURN_MADE_ITEMS = 50;
/** YAML takes milliseconds an object. */
const TURN_YAML_ITEMS = 5;

const COMMA = Buffer.from(',');
const BRACE = Buffer.from('{');

/** metav1.ListMeta. */
export function listMeta({ revision, continue: token, remaining }: ListResponse): object {
  return {
    resourceVersion: String(revision),
    ...(token !== undefined && { continue: token }),
    ...(remaining !== undefined && { remainingItemCount: remaining }),
  };
}

/** A list without its items, and how each of them is written. */
interface ListWriter {
  readonly head: string;
  readonly tail: string;
  readonly turnItems: number;
  /** Appends an item, and what stands between it and the one before. @returns how many bytes it has */
  append(parts: Piece[], item: StoredObject, isFirst: boolean): number;
}

/** The whole list with an empty array where the items go, and an item in that form. */
interface ListForm {
  readonly list: Readonly<Record<string, unknown>>;
  /** Name of the array; the last field of the list. */
  readonly key: string;
  readonly itemOf: (item: StoredObject) => object;
}

function formOf(response: ListResponse, form: Negotiated, nowMs: number): ListForm {
  const { served, items } = response;
  const metadata = listMeta(response);
  if (form.form === 'table') {
    const columns = columnDefinitions(served.info);
    // Kinds without cells of their own are printed by other code, which differs in this.
    const rows = items.length === 0 && !served.store.definition.cells ? null : [];
    const list = { kind: 'Table', apiVersion: metaVersion(form), metadata, columnDefinitions: columns, rows };
    return { list, key: 'rows', itemOf: (item) => rowOf(served, item, form, nowMs, items) };
  }
  if (form.form === 'partial') {
    const apiVersion = metaVersion(form);
    // Lists that upstream converts are Go slices without a value when nothing is in them.
    const list = { kind: 'PartialObjectMetadataList', apiVersion, metadata, items: items.length === 0 ? null : [] };
    return { list, key: 'items', itemOf: (item) => partialMetadata(item.value, apiVersion, served.store.definition) };
  }
  const { kind, listKind = `${kind}List`, isCustom } = served.info;
  const apiVersion = apiVersionOf(served.info);
  // A list of maps is one itself, and so are its metadata.
  if (isCustom) {
    const list = { apiVersion, items: [], kind: listKind, metadata: { continue: '', ...metadata } };
    return { list, key: 'items', itemOf: (item) => servedValue(served, item) };
  }
  const list = { kind: listKind, apiVersion, metadata, items: [] };
  const itemOf = (item: StoredObject): object => {
    const { kind: _kind, apiVersion: _apiVersion, ...rest } = servedValue(served, item);
    return rest;
  };
  return { list, key: 'items', itemOf };
}

/** Whether the bytes of items stay with their objects: not if this list, or all of its pages, would leave too many. */
const keepsItems = ({ items, total = items.length }: ListResponse): boolean => keepsBytes(total);

/** Items are the bytes that their objects keep. */
function cachedWriter(response: ListResponse, form: Negotiated): ListWriter {
  const { served } = response;
  const isCustom = served.info.isCustom === true;
  const prefixLength = Buffer.byteLength(typePrefix(served));
  const keep = keepsItems(response);
  return {
    ...aroundItems(JSON.stringify(formOf(response, form, 0).list), false),
    turnItems: TURN_ITEMS,
    append(parts, object, isFirst) {
      const whole = jsonPiece(served, object, keep);
      const isText = typeof whole === 'string';
      if (!isFirst) parts.push(isText ? ',' : COMMA);
      if (isCustom) parts.push(whole);
      else if (isText) parts.push('{', whole.slice(prefixLength));
      else parts.push(BRACE, whole.subarray(prefixLength));
      return whole.length;
    },
  };
}

/** The empty array is the last one of the text; a list whose items are null has nothing to put in. */
function aroundItems(text: string, isNull: boolean, end = ''): { head: string; tail: string } {
  if (isNull) return { head: text, tail: '\n' };
  const at = text.lastIndexOf('[]') + 1;
  return { head: text.slice(0, at), tail: `${end}${text.slice(at)}\n` };
}

function madeWriter(response: ListResponse, form: Negotiated, nowMs: number): ListWriter {
  const { list, key, itemOf } = formOf(response, form, nowMs);
  const isNull = list[key] === null;
  const writer = (around: { head: string; tail: string }, textOf: (value: object, isFirst: boolean) => string) => ({
    ...around,
    turnItems: form.encoding === 'yaml' ? TURN_YAML_ITEMS : TURN_MADE_ITEMS,
    append(parts: Piece[], item: StoredObject, isFirst: boolean): number {
      const text = textOf(itemOf(item), isFirst);
      parts.push(text);
      return text.length;
    },
  });
  if (form.encoding === 'yaml')
    return writer(aroundYamlItems(list, key, response.items.length), (value) => toYaml([value]));
  const separated = (text: string, isFirst: boolean): string => (isFirst ? text : `,${text}`);
  if (!form.pretty)
    return writer(aroundItems(JSON.stringify(list), isNull), (value, isFirst) =>
      separated(JSON.stringify(value), isFirst),
    );
  const indented = (value: object): string => `\n    ${JSON.stringify(value, null, 2).replaceAll('\n', '\n    ')}`;
  const { head, tail } = aroundItems(JSON.stringify(list, null, 2), isNull, response.items.length > 0 ? '\n  ' : '');
  // Indented answers end without a line break.
  return writer({ head, tail: tail.trimEnd() }, (value, isFirst) => separated(indented(value), isFirst));
}

/** YAML has its keys sorted: the items stand between what comes before and after their name. */
function aroundYamlItems(list: ListForm['list'], key: string, count: number): { head: string; tail: string } {
  if (count === 0) return { head: toYaml(list), tail: '' };
  const part = (fits: (name: string) => boolean): string => {
    const fields = Object.fromEntries(Object.entries(list).filter(([name]) => fits(name)));
    return Object.keys(fields).length === 0 ? '' : toYaml(fields);
  };
  return { head: `${part((name) => name < key)}${key}:\n`, tail: part((name) => name > key) };
}

function inTableOrder(response: ListResponse): ListResponse {
  const { tableOrder } = response.served.store.definition;
  if (!tableOrder) return response;
  return { ...response, items: [...response.items].sort((a, b) => tableOrder(a.value, b.value)) };
}

/**
 * In protobuf the length of all items comes first, so that all of them are made before anything is sent. Of many none
 * stays until then: they are made twice.
 */
async function* protobufChunks(response: ListResponse, form: Negotiated): AsyncGenerator<Buffer> {
  const { served, items } = response;
  const { list, itemOf } = formOf(response, form, 0);
  const keep = keepsItems(response);
  const isWhole = form.form === 'object';
  const turnItems = isWhole ? TURN_ITEMS : TURN_MADE_ITEMS;
  const partsOf = (item: StoredObject): readonly Buffer[] =>
    isWhole ? listItem(messageBytes(served, item, keep)) : listValue(itemOf(item));
  const made: (readonly Buffer[])[] = [];
  let bytes = 0;
  for (const [i, item] of items.entries()) {
    const parts = partsOf(item);
    if (keep) made.push(parts);
    for (const part of parts) bytes += part.length;
    if ((i + 1) % turnItems === 0) await nextTurn();
  }
  yield listHead(list as { metadata: object }, bytes);
  for (let from = 0; from < items.length; from += turnItems) {
    const to = from + turnItems;
    yield Buffer.concat((keep ? made.slice(from, to) : items.slice(from, to).map(partsOf)).flat());
    await nextTurn();
  }
  yield ENVELOPE_END;
}

/** A list in pieces, without ever building the whole, and without holding the event loop for all of it. */
export async function* listChunks(given: ListResponse, form: Negotiated, nowMs: number): AsyncGenerator<Buffer> {
  const response = form.form === 'table' ? inTableOrder(given) : given;
  if (form.encoding === 'protobuf') {
    yield* protobufChunks(response, form);
    return;
  }
  const { items } = response;
  const isCached = form.form === 'object' && form.encoding === 'json' && !form.pretty;
  const writer = isCached ? cachedWriter(response, form) : madeWriter(response, form, nowMs);
  let parts: Piece[] = [writer.head];
  let bytes = 0;
  for (let i = 0; i < items.length; i++) {
    bytes += writer.append(parts, items[i] as StoredObject, i === 0);
    if (bytes < CHUNK_BYTES && (i + 1) % writer.turnItems !== 0) continue;
    yield joinedPieces(parts);
    parts = [];
    bytes = 0;
    await nextTurn();
  }
  parts.push(writer.tail);
  yield joinedPieces(parts);
}
