/** The order of a merged list: that of the patch for its own items, that of the server for the others. */
import { deepEqual } from '../../base/freeze.ts';
import { documentOf, noMergeKey } from './patch-faults.ts';

/** What tells elements of a list apart: the value of a key, or all of it where there is none. */
function identityOf(item: unknown, key: string): unknown {
  return key === '' ? item : (item as Record<string, unknown> | null)?.[key];
}

/** Index of the first item that is the same element. */
export function position(list: readonly unknown[], item: unknown, key: string): number {
  const identity = identityOf(item, key);
  return list.findIndex((other) => deepEqual(identityOf(other, key), identity));
}

function sortedBy(items: readonly unknown[], order: readonly unknown[], key: string): unknown[] {
  for (const item of key === '' ? [] : [...items, ...order]) {
    if (!Object.hasOwn(documentOf(item), key)) throw noMergeKey(item, key);
  }
  return items
    .map((item) => ({ item, at: position(order, item, key) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/**
 * Items that `wanted` names come in its order; the others keep the server's, and the two runs are merged so that no
 * pair that the server knew changes places needlessly (normalizeElementOrder).
 *
 * @param key merge key of the items, or '' for scalars
 * @throws ApiError 500 for items without the merge key
 */
export function elementOrder(
  merged: readonly unknown[],
  wanted: readonly unknown[],
  server: readonly unknown[],
  key: string,
): unknown[] {
  const [ofWanted, ofServer]: [unknown[], unknown[]] = [[], []];
  for (const item of merged) (position(wanted, item, key) >= 0 ? ofWanted : ofServer).push(item);
  const named = sortedBy(ofWanted, wanted, key);
  const others = sortedBy(ofServer, server, key);
  const result: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < others.length || j < named.length) {
    const left = i < others.length ? position(server, others[i], key) : -1;
    const right = j < named.length ? position(server, named[j], key) : -1;
    const takeOther = j >= named.length || (i < others.length && left >= 0 && right >= 0 && left < right);
    result.push(takeOther ? others[i++] : named[j++]);
  }
  return result;
}
