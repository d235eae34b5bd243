/**
 * Takes over from `old` every part of `next` that is equal to it. The result is `old` itself when nothing changed;
 * otherwise old and new version share what is the same, and a list of 10,000 pods keeps one copy of each spec. Parts of
 * `next` that are frozen belong to somebody else and stay as they are.
 *
 * @example
 * reuse({ spec: { a: 1 }, status: { b: 2 } }, old).spec === old.spec // when the specs are equal
 */
export function reuse<T>(next: T, old: unknown): T {
  if (next === old) return next;
  if (typeof next !== 'object' || next === null || typeof old !== 'object' || old === null) return next;
  if (Array.isArray(next)) return Array.isArray(old) ? reuseList(next, old) : next;
  if (Array.isArray(old)) return next;
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
    const shared = typeof value === 'object' ? reuse(value, oldValue) : value;
    // `__proto__` is only ever an own property here, and reuse() keeps the value that is there.
    if (open && shared !== value) fields[key] = shared;
    if (shared !== oldValue) same = false;
  }
  return same && count === Object.keys(oldFields).length ? (old as T) : next;
}

function reuseList<T extends unknown[]>(next: T, old: readonly unknown[]): T {
  const open = !Object.isFrozen(next);
  let same = next.length === old.length;
  for (let i = 0; i < next.length; i++) {
    const shared = reuse(next[i], old[i]);
    if (open && shared !== next[i]) next[i] = shared;
    if (shared !== old[i]) same = false;
  }
  return same ? (old as T) : next;
}
