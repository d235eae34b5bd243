/** What is left of a value when only the fields stay that its type has. */
import type { FieldDescription, TypeDescription, ValueType } from './type-table.ts';

type Value = Readonly<Record<string, unknown>>;

/** Which of the fields that a type has stay. */
export type Keeps = (field: FieldDescription) => boolean;

/** All fields that there are. */
export const anyField: Keeps = () => true;

/** Those whose feature is on: servers drop the others before they store an object (DropDisabledPodFields). */
export const fieldInUse: Keeps = ({ row }) => row.z !== 1;

const isValue = (value: unknown): value is Value =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function knownValue(value: unknown, type: ValueType, keeps: Keeps): unknown {
  if (value === undefined || value === null) return value;
  if (type.kind === 'struct') return type.struct && isValue(value) ? knownFields(value, type.struct, keeps) : value;
  const { of } = type;
  if (!of || of.kind === 'string') return value;
  if (type.kind === 'list' && Array.isArray(value)) {
    const items = value.map((item) => knownValue(item, of, keeps));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (type.kind === 'map' && isValue(value)) {
    const entries = Object.entries(value).map(([key, inner]) => [key, knownValue(inner, of, keeps)] as const);
    return entries.every(([key, inner]) => inner === value[key]) ? value : Object.fromEntries(entries);
  }
  return value;
}

/** The same value when it has no others: what is frozen stays shared. */
export function knownFields<T extends Value>(value: T, type: TypeDescription, keeps: Keeps): T {
  let known: Record<string, unknown> | undefined;
  for (const [name, inner] of Object.entries(value)) {
    const field = type.byName.get(name);
    if (field && keeps(field)) {
      const kept = knownValue(inner, field.type, keeps);
      if (kept === inner) continue;
      known ??= { ...value };
      known[name] = kept;
    } else {
      known ??= { ...value };
      delete known[name];
    }
  }
  return (known as T | undefined) ?? value;
}

/** The same in place for the object itself, which others hold already. */
export function keepKnownFields(object: Record<string, unknown>, type: TypeDescription, keeps: Keeps): void {
  for (const [name, inner] of Object.entries(object)) {
    const field = type.byName.get(name);
    if (!field || !keeps(field)) delete object[name];
    else {
      const kept = knownValue(inner, field.type, keeps);
      if (kept !== inner) object[name] = kept;
    }
  }
}
