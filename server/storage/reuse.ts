import { deepFreeze, type Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';

/**
 * Takes over from `old` every part of `next` that is equal to it. The result is `old` itself when nothing changed;
 * otherwise old and new version share what is the same, and a list of 10,000 pods keeps one copy of each spec. Parts of
 * `next` that are frozen belong to somebody else and stay as they are.
 *
 * @example
 * reuse({ spec: { a: 1 }, status: { b: 2 } }, old).spec === old.spec // when the specs are equal
 */
export function reuse<T>(next: T, old: unknown): T {
  return shared(next, old, false, false);
}

/**
 * The same for a version that is about to be stored, in one walk with freezing what is new in it. Left open are the
 * object and its metadata, of which the storage sets the version.
 */
export function reuseToStore(next: KubeObject, old: Frozen<KubeObject>): object {
  return shared<object>(next, old, true, false);
}

/**
 * @param freezes what is in `next` and not taken over
 * @param freezesWhole whether `next` itself as well
 */
function shared<T>(next: T, old: unknown, freezes: boolean, freezesWhole: boolean): T {
  if (next === old) return next;
  if (typeof next !== 'object' || next === null) return next;
  if (typeof old !== 'object' || old === null || Array.isArray(next) !== Array.isArray(old))
    return freezesWhole ? (deepFreeze(next) as T) : next;
  if (Array.isArray(next)) return sharedList(next, old as readonly unknown[], freezes, freezesWhole);
  const fields = next as Record<string, unknown>;
  const oldFields = old as Record<string, unknown>;
  const open = !Object.isFrozen(fields);
  let same = true;
  let count = 0;
  for (const key in fields) {
    const value = fields[key];
    if (value === undefined) continue; // JSON has no such value: the field is not there
    count++;
    // What is no own field of `old` is a function or a prototype, as which no value comes.
    if (value === oldFields[key]) continue;
    const oldValue = Object.hasOwn(oldFields, key) ? oldFields[key] : undefined;
    const part =
      typeof value === 'object'
        ? shared(value, oldValue, freezes, freezes && (freezesWhole || key !== 'metadata'))
        : value;
    // `__proto__` is only ever an own property here, and the value that is there stays.
    if (open && part !== value) fields[key] = part;
    if (part !== oldValue) same = false;
  }
  if (same && count === Object.keys(oldFields).length) return old as T;
  return freezesWhole ? Object.freeze(next) : next;
}

function sharedList<T extends unknown[]>(next: T, old: readonly unknown[], freezes: boolean, freezesWhole: boolean): T {
  const open = !Object.isFrozen(next);
  let same = next.length === old.length;
  for (let i = 0; i < next.length; i++) {
    const part = shared(next[i], old[i], freezes, freezes);
    if (open && part !== next[i]) next[i] = part;
    if (part !== old[i]) same = false;
  }
  if (same) return old as T;
  return freezesWhole ? (Object.freeze(next) as T) : next;
}
