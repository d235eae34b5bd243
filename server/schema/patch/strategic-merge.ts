/**
 * Strategic merge patch: k8s.io/apimachinery/pkg/util/strategicpatch. Lists merge by key where the type says so, and
 * directives (`$patch`, `$retainKeys`, `$deleteFromPrimitiveList`, `$setElementOrder`) steer what happens.
 */
import { deepEqual, setOwn, thaw } from '../../base/freeze.ts';
import { ApiError, badRequest } from '../../kube/api-error.ts';
import type { FieldDescription, TypeDescription, ValueType } from '../type-table.ts';
import { elementOrder } from './element-order.ts';
import { goPrint } from './go-print.ts';

type Document = Record<string, unknown>;

const DELETE_FROM = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

export function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Plain Go errors of the patch code leave kube-apiserver as a 500 without a reason. */
const failed = (message: string): ApiError => new ApiError(500, '', message);

export const noMergeKey = (element: unknown, key: string): ApiError =>
  failed(`map: ${goPrint(element)} does not contain declared merge key: ${key}`);

/** How the field of a struct is patched. Keys of maps have no strategy. */
interface FieldPatch {
  readonly type: ValueType | undefined;
  readonly strategy: 'merge' | 'replace' | '';
  readonly key: string;
}

function fieldPatch(type: TypeDescription | undefined, name: string): FieldPatch {
  const field: FieldDescription | undefined = type?.byName.get(name);
  return { type: field?.type, strategy: field?.patch?.merge ? 'merge' : '', key: field?.patch?.key ?? '' };
}

const structOf = (type: ValueType | undefined): TypeDescription | undefined => (type?.kind === 'struct' ? type.struct : undefined);

/** What is left of a new value when null and directives are taken out; `undefined` when the whole value was a directive. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isDocument(value)) return value;
  if (Object.hasOwn(value, '$patch')) return undefined;
  const kept: Document = {};
  for (const [key, inner] of Object.entries(value)) {
    const clean = inner === null ? undefined : withoutDirectives(inner);
    if (clean !== undefined) setOwn(kept, key, clean);
  }
  return kept;
}

function mergeMap(original: Document, patch: Document, type: TypeDescription | undefined): Document {
  if (Object.hasOwn(patch, '$patch')) {
    const { $patch: directive, ...rest } = patch;
    if (directive === 'replace') return rest;
    if (directive === 'delete') return {};
    throw failed(`unknown patch type: ${goPrint(directive)} in map: ${goPrint(patch)}`);
  }
  const merged = original;
  const handled = new Set<string>(['$retainKeys']);
  retainKeys(merged, patch);
  for (const directive of Object.keys(patch)) if (directive.startsWith(SET_ORDER)) setOrder(merged, patch, directive, type, handled);
  for (const [key, value] of Object.entries(patch)) if (!handled.has(key)) mergeField(merged, key, value, type);
  return merged;
}

function retainKeys(merged: Document, patch: Document): void {
  const keep = patch.$retainKeys;
  if (keep === undefined) return;
  if (!Array.isArray(keep)) throw badRequest('invalid patch format of retainKeys');
  for (const [key, value] of Object.entries(patch)) {
    const free = key === '$retainKeys' || value === null || key.startsWith(DELETE_FROM) || key.startsWith(SET_ORDER);
    if (!free && !keep.includes(key)) throw badRequest('invalid patch format of retainKeys');
  }
  for (const key of Object.keys(merged)) if (!keep.includes(key)) delete merged[key];
}

function setOrder(merged: Document, patch: Document, directive: string, type: TypeDescription | undefined, handled: Set<string>): void {
  handled.add(directive);
  const name = directive.slice(SET_ORDER.length);
  const order = patch[directive];
  const [ours, theirs] = [merged[name], patch[name]];
  for (const list of [order, ours, theirs]) {
    if (list === undefined || list === null || Array.isArray(list)) continue;
    throw failed(`expected a []interface {}, but received a ${Array.isArray(list) ? 'array' : typeof list}`);
  }
  if (theirs === undefined && ours === undefined) return;
  const { type: fieldType, strategy, key } = fieldPatch(type, name);
  const wanted = (order ?? []) as unknown[];
  if (Array.isArray(theirs)) checkOrder(theirs, wanted, key);
  handled.add(name);
  let result: unknown[];
  if (!Array.isArray(theirs)) result = ours as unknown[];
  else if (!Array.isArray(ours)) result = withoutDirectives(theirs) as unknown[];
  else result = strategy === 'merge' ? mergeList(ours, theirs, fieldType?.of, key) : theirs;
  setOwn(merged, name, elementOrder(result, wanted, (ours ?? []) as unknown[], key));
}

/** The patch list has to come in the order that the directive gives. */
function checkOrder(list: readonly unknown[], order: readonly unknown[], key: string): void {
  if (list.length === 0 || order.length === 0) return;
  const items = list.filter((item) => !isDocument(item) || !Object.hasOwn(item, '$patch'));
  let at = 0;
  for (const wanted of order) {
    const item = items[at];
    if (at < items.length && (key === '' ? deepEqual(item, wanted) : isDocument(item) && isDocument(wanted) && deepEqual(item[key], wanted[key]))) at++;
  }
  if (at < items.length) {
    throw failed(`The order in patch list:\n${goPrint(list)}\n doesn't match $setElementOrder list:\n${goPrint(order)}\n`);
  }
}

function mergeField(merged: Document, patchKey: string, value: unknown, type: TypeDescription | undefined): void {
  const isDelete = patchKey.startsWith(DELETE_FROM);
  const key = isDelete ? patchKey.slice(DELETE_FROM.length) : patchKey;
  if (isDelete && !Array.isArray(value)) throw badRequest('invalid patch format of primitive list');
  if (value === null) {
    delete merged[key];
    return;
  }
  const current = Object.hasOwn(merged, key) ? merged[key] : undefined;
  const { type: fieldType, strategy, key: mergeKey } = fieldPatch(type, key);
  if (isDelete) {
    if (Array.isArray(current)) merged[key] = current.filter((item) => !(value as unknown[]).some((gone) => deepEqual(gone, item)));
  } else if (isDocument(current) && isDocument(value)) {
    setOwn(merged, key, mergeMap(current, value, structOf(fieldType)));
  } else if (Array.isArray(current) && Array.isArray(value) && strategy === 'merge') {
    setOwn(merged, key, mergeList(current, value, fieldType?.of, mergeKey));
  } else {
    const clean = withoutDirectives(value);
    if (clean === undefined) delete merged[key];
    else setOwn(merged, key, clean);
  }
}

function mergeList(original: unknown[], patch: unknown[], element: ValueType | undefined, key: string): unknown[] {
  if (original.length === 0 && patch.length === 0) return original;
  if (!isDocument(original[0] ?? patch[0])) {
    const both = [...original, ...patch];
    const unique = both.filter((item, i) => both.findIndex((other) => deepEqual(other, item)) === i);
    return elementOrder(unique, patch, original, '');
  }
  if (key === '') throw failed(`cannot merge lists without merge key for ${element?.go ?? ''}`);
  const { base, additions } = applyElementDirectives(original, patch, key);
  const merged = [...base];
  for (const item of additions) {
    if (!isDocument(item) || !Object.hasOwn(item, key)) throw noMergeKey(item, key);
    const at = merged.findIndex((other) => isDocument(other) && deepEqual(other[key], item[key]));
    if (at < 0) merged.push(withoutNulls(item));
    else merged[at] = mergeMap(merged[at] as Document, item, structOf(element));
  }
  return elementOrder(merged, additions, base, key);
}

/** A new element keeps no nulls; they would only say what to delete. */
function withoutNulls(item: Document): unknown {
  return withoutDirectives(item) ?? {};
}

function applyElementDirectives(original: unknown[], patch: unknown[], key: string): { base: unknown[]; additions: unknown[] } {
  let base = original;
  let replace = false;
  const additions: unknown[] = [];
  for (const item of patch) {
    if (!isDocument(item) || !Object.hasOwn(item, '$patch')) {
      additions.push(item);
      continue;
    }
    const directive = item.$patch;
    if (directive === 'delete') {
      if (!Object.hasOwn(item, key)) throw noMergeKey(item, key);
      base = base.filter((other) => !isDocument(other) || !deepEqual(other[key], item[key]));
    } else if (directive === 'replace') replace = true;
    else if (directive === 'merge') throw failed('merging lists cannot yet be specified in the patch');
    else throw failed(`unknown patch type: ${goPrint(directive)} in map: ${goPrint(item)}`);
  }
  return replace ? { base: additions, additions: [] } : { base, additions };
}

/**
 * `application/strategic-merge-patch+json`.
 *
 * @throws ApiError 400 or 500 with upstream's message when the patch contradicts itself or the type
 * @example
 * applyStrategicMergePatch(deployment, { spec: { template: { spec: { containers: [{ name: 'c', image: 'b' }] } } } }, type)
 */
export function applyStrategicMergePatch(current: object, patch: unknown, type: TypeDescription): Record<string, unknown> {
  if (!isDocument(patch)) throw badRequest('error decoding patch: invalid JSON document');
  return mergeMap(thaw(current) as Document, patch, type);
}
