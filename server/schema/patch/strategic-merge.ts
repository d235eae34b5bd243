/**
 * Strategic merge patch: k8s.io/apimachinery/pkg/util/strategicpatch. Lists merge by key where the type says so, and
 * directives (`$patch`, `$retainKeys`, `$deleteFromPrimitiveList`, `$setElementOrder`) steer what happens.
 */
import { deepEqual, setOwn } from '../../base/freeze.ts';
import { badRequest } from '../../kube/api-error.ts';
import type { FieldDescription, TypeDescription, ValueType } from '../type-table.ts';
import { elementOrder, position } from './element-order.ts';
import { checkOrder, deleteFromList, isSameList, type ListRules, mergeList } from './merge-lists.ts';
import {
  badPatchType,
  badRetainKeys,
  type Document,
  elementKind,
  failed,
  isDocument,
  listOf,
  noMergeKey,
} from './patch-faults.ts';

const DELETE_FROM = '$deleteFromPrimitiveList/';
const SET_ORDER = '$setElementOrder/';

const structOf = (type: ValueType | undefined): TypeDescription | undefined =>
  type?.kind === 'struct' ? type.struct : undefined;

/** How the lists of a field merge; keys of maps have no rules. */
function listRules(field: FieldDescription | undefined): ListRules {
  const element = field?.type.of;
  return {
    key: field?.patch?.key ?? '',
    elementType: element?.kind ?? '',
    mergeElement: (original, patch) => mergeMap(original, patch, structOf(element)),
  };
}

/** Takes fields without a value out, all the way down: a new value has nothing that they could delete. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isDocument(value)) return value;
  const kept: Document = {};
  for (const [key, inner] of Object.entries(value)) if (inner !== null) setOwn(kept, key, withoutNulls(inner));
  return kept;
}

/** What is left of a value without directives; `undefined` when it was one. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isDocument(value)) return value;
  if (Object.hasOwn(value, '$patch')) return undefined;
  const kept: Document = {};
  for (const [key, inner] of Object.entries(value)) {
    const clean = withoutDirectives(inner);
    if (clean !== undefined) setOwn(kept, key, clean);
  }
  return kept;
}

/** A copy that shares with `current` what the patch does not change; `current` itself when that is all of it. */
function mergeMap(current: Document, patch: Document, type: TypeDescription | undefined): Document {
  if (Object.hasOwn(patch, '$patch')) {
    const { $patch: directive, ...rest } = patch;
    if (directive === 'replace') return rest;
    if (directive === 'delete') return {};
    throw badPatchType(directive, patch);
  }
  const original = { ...current };
  let changes = retainKeys(original, patch);
  const keys = Object.keys(patch);
  let handled: Set<string> | undefined;
  for (const directive of keys) {
    if (!directive.startsWith(SET_ORDER)) continue;
    handled ??= new Set();
    if (setOrder(original, patch, directive, type, handled)) changes = true;
  }
  for (const key of keys) {
    if (key === '$retainKeys' || handled?.has(key)) continue;
    if (mergeField(original, key, patch[key], type)) changes = true;
  }
  return changes ? original : current;
}

/** @returns whether it took anything away */
function retainKeys(original: Document, patch: Document): boolean {
  const keep = patch.$retainKeys;
  if (keep === undefined) return false;
  if (!Array.isArray(keep)) throw badRetainKeys();
  for (const [key, value] of Object.entries(patch)) {
    const free = key === '$retainKeys' || value === null || key.startsWith(DELETE_FROM) || key.startsWith(SET_ORDER);
    if (!free && !keep.includes(key)) throw badRetainKeys();
  }
  const gone = Object.keys(original).filter((key) => !keep.includes(key));
  for (const key of gone) delete original[key];
  return gone.length > 0;
}

/** @returns whether the list changed */
function setOrder(
  original: Document,
  patch: Document,
  directive: string,
  type: TypeDescription | undefined,
  handled: Set<string>,
): boolean {
  handled.add(directive);
  const name = directive.slice(SET_ORDER.length);
  const wanted = listOf(patch[directive]);
  const ours = Object.hasOwn(original, name) ? listOf(original[name]) : undefined;
  const theirs = Object.hasOwn(patch, name) ? listOf(patch[name]) : undefined;
  const field = listField(type, name);
  const rules = listRules(field);
  const { key } = rules;
  checkOrder(theirs ?? [], wanted, key);
  if (!theirs && !ours) return false;
  handled.add(name);
  let result: unknown[];
  if (!theirs) result = ours ?? [];
  else if (!ours) result = withoutDirectives(theirs) as unknown[];
  else result = field?.patch?.merge ? mergeList(ours, theirs, rules) : theirs;
  if (key !== '') checkKeys(result, wanted, key);
  elementKind(ours ?? [], theirs ?? []);
  const ordered = elementOrder(result, wanted, ours ?? [], key);
  if (ours && isSameList(ordered, ours)) return false;
  setOwn(original, name, ordered);
  return true;
}

/** The description of a list. @throws ApiError 500 for fields that are none */
function listField(type: TypeDescription | undefined, name: string): FieldDescription {
  // Keys of a map have no description to look at.
  if (!type) throw failed('merging an object in json but data type is not struct, instead is: map');
  const field = type.byName.get(name);
  if (!field)
    throw failed(`unable to find api field in struct ${type.goName} for the json field ${JSON.stringify(name)}`);
  if (field.type.kind !== 'list' && !field.type.pointer) throw failed('expected slice or array type, but got: struct');
  return field;
}

function checkKeys(list: readonly unknown[], order: readonly unknown[], key: string): void {
  for (const item of list) {
    if (isDocument(item) && !Object.hasOwn(item, key)) throw noMergeKey(item, key);
    // Upstream looks for the item in the order, and stumbles over what stands before it.
    const end = position(order, item, key);
    const bad = order.slice(0, end < 0 ? undefined : end).findIndex((other) => !isDocument(other));
    if (bad >= 0) throw failed(`value for key ${bad} is not a map`);
  }
}

/** @returns whether the field changed */
function mergeField(original: Document, patchKey: string, value: unknown, type: TypeDescription | undefined): boolean {
  const isDelete = patchKey.startsWith(DELETE_FROM);
  const key = isDelete ? patchKey.slice(DELETE_FROM.length) : patchKey;
  const current = Object.hasOwn(original, key) ? original[key] : undefined;
  const field = type?.byName.get(key);
  const merged = isDelete && value !== null ? without(current, value, field) : mergedValue(current, value, field);
  if (merged === current) return false;
  if (merged === undefined) delete original[key];
  else setOwn(original, key, merged);
  return true;
}

/** `$deleteFromPrimitiveList` */
function without(current: unknown, gone: unknown, field: FieldDescription | undefined): unknown {
  if (!Array.isArray(current) || !Array.isArray(gone)) return current;
  const left = deleteFromList(current, gone, listRules(field));
  return isSameList(left, current) ? current : left;
}

/** What a field is after the patch; `undefined` when it is gone, the very same when it is as it was. */
function mergedValue(current: unknown, value: unknown, field: FieldDescription | undefined): unknown {
  if (value === null) return undefined;
  if (isDocument(current) && isDocument(value)) {
    if (!field?.patch?.replace) return mergeMap(current, value, structOf(field?.type));
    return deepEqual(current, value) ? current : value;
  }
  if (Array.isArray(current) && Array.isArray(value)) {
    if (!field?.patch?.merge) return deepEqual(current, value) ? current : value;
    const merged = mergeList(current, value, listRules(field));
    return isSameList(merged, current) ? current : merged;
  }
  return withoutDirectives(withoutNulls(value));
}

/**
 * `application/strategic-merge-patch+json`. What the patch leaves as it is, or sets to what it is, is the very same in
 * the result.
 *
 * @throws ApiError 400 or 500 with upstream's message when the patch contradicts itself or the type
 * @example
 * applyStrategicMergePatch(pod, { spec: { containers: [{ name: 'c', image: 'b' }] } }, type)
 */
export function applyStrategicMergePatch(current: object, patch: unknown, type: TypeDescription): Document {
  if (patch !== null && !isDocument(patch)) {
    const found = Array.isArray(patch) ? 'array' : typeof patch === 'boolean' ? 'bool' : typeof patch;
    throw badRequest(`json: cannot unmarshal ${found} into Go value of type map[string]interface {}`);
  }
  return mergeMap(current as Document, patch ?? {}, type);
}
