/** Lists of a strategic merge patch: elements merge by key where the type says so, scalars form a set. */
import { deepEqual } from '../../base/freeze.ts';
import { elementOrder, position } from './element-order.ts';
import { goPrint } from './go-print.ts';
import {
  badPatchType,
  type Document,
  documentOf,
  elementKind,
  failed,
  isDocument,
  noMergeKey,
} from './patch-faults.ts';

/** How the elements of a list are merged. */
export interface ListRules {
  /** Merge key; '' when there is none. */
  readonly key: string;
  readonly elementType: string;
  mergeElement(original: Document, patch: Document): Document;
}

/** Whether an element says what to do instead of being one. */
const isDirective = (item: unknown): boolean => isDocument(item) && Object.hasOwn(item, '$patch');

/** Whether two lists have the very same elements. */
export function isSameList(list: readonly unknown[], other: readonly unknown[]): boolean {
  if (list.length !== other.length) return false;
  for (let i = 0; i < list.length; i++) if (list[i] !== other[i]) return false;
  return true;
}

/** @throws ApiError 500 */
export function mergeList(original: unknown[], patch: unknown[], rules: ListRules): unknown[] {
  if (original.length === 0 && patch.length === 0) return original;
  const { key } = rules;
  if (elementKind(original, patch) !== 'map[string]interface {}') {
    const both = [...original, ...patch];
    const unique = both.filter((item, i) => both.findIndex((other) => deepEqual(other, item)) === i);
    return elementOrder(unique, patch, original, key);
  }
  if (key === '') throw failed(`cannot merge lists without merge key for ${rules.elementType}`);
  const { base, additions } = applyDirectives(original, patch as Document[], key);
  const merged = [...base];
  let last = -1;
  for (const item of additions) {
    if (!Object.hasOwn(item, key)) throw noMergeKey(item, key);
    const at = merged.findIndex((other) => isDocument(other) && deepEqual(other[key], item[key]));
    if (at < 0) merged.push(item);
    else merged[at] = rules.mergeElement(merged[at] as Document, item);
    last = at > last ? at : Number.POSITIVE_INFINITY;
  }
  // Nothing came, and what changed came in the order of the list: that is the order which it has.
  if (last < base.length && haveNames(base, key)) return merged;
  return elementOrder(merged, additions, base, key);
}

/** Whether each element has a text for its key that no other has. */
function haveNames(list: readonly unknown[], key: string): boolean {
  const names = new Set<string>();
  for (const item of list) {
    const name = isDocument(item) && Object.hasOwn(item, key) ? item[key] : undefined;
    if (typeof name !== 'string') return false;
    names.add(name);
  }
  return names.size === list.length;
}

/** Takes out elements that the patch deletes, or all of them when it replaces the list. */
function applyDirectives(
  original: unknown[],
  patch: Document[],
  key: string,
): { base: unknown[]; additions: Document[] } {
  let base = original;
  let replace = false;
  const additions: Document[] = [];
  for (const item of patch) {
    if (!isDirective(item)) additions.push(item);
    else if (item.$patch === 'replace') replace = true;
    else if (item.$patch === 'delete') {
      if (!Object.hasOwn(item, key)) throw noMergeKey(item, key);
      base = base.filter((other) => !isDocument(other) || !deepEqual(other[key], item[key]));
    } else if (item.$patch === 'merge') throw failed('merging lists cannot yet be specified in the patch');
    else throw badPatchType(item.$patch, item);
  }
  return replace ? { base: additions, additions: [] } : { base, additions };
}

/** `$deleteFromPrimitiveList`: objects merge nevertheless, as upstream has it. */
export function deleteFromList(original: unknown[], gone: unknown[], rules: ListRules): unknown[] {
  if (original.length === 0 && gone.length === 0) return original;
  if (elementKind(original, gone) === 'map[string]interface {}') return mergeList(original, gone, rules);
  return original.filter((item) => !gone.some((other) => deepEqual(other, item)));
}

/** The list of a patch has to come in the order that `$setElementOrder` gives. @throws ApiError 500 */
export function checkOrder(list: readonly unknown[], order: readonly unknown[], key: string): void {
  if (list.length === 0 || order.length === 0) return;
  const items = key === '' ? list : list.filter((item) => documentOf(item).$patch !== 'delete');
  let at = 0;
  for (let i = 0; i < order.length && at < items.length; ) {
    if (isDirective(items[at])) at++;
    else if (sameElement(items[at], order[i++], key)) at++;
  }
  if (items.slice(at).every(isDirective)) return;
  throw failed(
    `The order in patch list:\n${goPrint(list)}\n doesn't match $setElementOrder list:\n${goPrint(order)}\n`,
  );
}

function sameElement(a: unknown, b: unknown, key: string): boolean {
  for (const item of key === '' ? [] : [a, b]) if (!Object.hasOwn(documentOf(item), key)) throw noMergeKey(item, key);
  return position([a], b, key) === 0;
}
