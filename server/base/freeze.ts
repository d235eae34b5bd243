/** A value that nobody may change, all the way down. */
export type Frozen<T> = T extends (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/**
 * Freezes plain data in place. What is frozen already is not walked again, so parts may be shared between values.
 *
 * @example
 * deepFreeze({ metadata: { labels: { app: 'web' } } })
 */
export function deepFreeze<T>(value: T): Frozen<T> {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const key in value) {
      const inner = value[key];
      if (typeof inner === 'object') deepFreeze(inner);
    }
    Object.freeze(value);
  }
  return value as Frozen<T>;
}

/** A copy that may be changed. */
export function thaw<T>(value: Frozen<T> | T): T {
  if (typeof value !== 'object' || value === null) return value as T;
  if (Array.isArray(value)) return value.map((item) => thaw(item)) as T;
  const copy: Record<string, unknown> = {};
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) setOwn(copy, key, thaw(fields[key]));
  return copy as T;
}

/** Sets a property whose name may be hostile: `object['__proto__'] = x` would change the prototype instead. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  else object[key] = value;
}

/** Reads a property whose name may be hostile: `object['constructor']` would find the prototype's. */
export function getOwn<T>(object: Readonly<Record<string, T>> | null | undefined, key: string): T | undefined {
  return object && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Whether two values made of JSON types are the same. The order of keys does not count; `undefined` is no value. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false;
    return true;
  }
  if (Array.isArray(b)) return false;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  let count = 0;
  for (const key of Object.keys(left)) {
    if (left[key] === undefined) continue;
    count++;
    if (!Object.hasOwn(right, key) || !deepEqual(left[key], right[key])) return false;
  }
  for (const key of Object.keys(right)) if (right[key] !== undefined) count--;
  return count === 0;
}
