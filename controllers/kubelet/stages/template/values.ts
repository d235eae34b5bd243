/** What Go templates make of values: how they are printed, compared, and whether they are true. */

export type Value = unknown;

export const isMap = (value: Value): value is Record<string, Value> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Empty values are false. */
export function isTrue(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isMap(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Go's fmt.Sprint for what JSON can hold. */
export function printed(value: Value): string {
  if (value === undefined || value === null) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(inner).join(' ')}]`;
  if (isMap(value)) {
    const entries = Object.keys(value).sort();
    return `map[${entries.map((key) => `${key}:${inner(value[key])}`).join(' ')}]`;
  }
  return String(value as string | number | boolean);
}

const inner = (value: Value): string => (value === undefined || value === null ? '<nil>' : printed(value));

/** @throws Error for a field of what has none */
export function fieldOf(value: Value, name: string): Value {
  if (isMap(value)) return Object.hasOwn(value, name) ? value[name] : undefined;
  if (value === undefined || value === null) throw new Error(`nil pointer evaluating interface {}.${name}`);
  throw new Error(`can't evaluate field ${name} in type ${typeof value}`);
}

export function compare(one: Value, other: Value): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return one < other ? -1 : one > other ? 1 : 0;
  throw new Error('incompatible types for comparison');
}

export function isEqual(one: Value, other: Value): boolean {
  if (one === undefined || one === null || other === undefined || other === null)
    return (one ?? null) === (other ?? null);
  if (typeof one !== typeof other) throw new Error('incompatible types for comparison');
  return one === other;
}
