/** Which fields of an object differ between two versions of it. */
import { deepEqual } from '../../base/freeze.ts';

export interface FieldChange {
  /** `spec.replicas`, `spec.template.spec.containers[name=web].image`, `metadata.labels["app.kubernetes.io/name"]` */
  readonly path: string;
  /** Absent where the field was not there. */
  readonly old?: unknown;
  /** Absent where the field is gone. */
  readonly new?: unknown;
}

/** By which field entries of lists are told apart, as server-side apply does for most of them. */
const ENTRY_KEYS = ['name', 'type', 'uid'] as const;

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (entry: unknown, key: string): string | undefined => {
  const value = isPlain(entry) ? entry[key] : undefined;
  return typeof value === 'string' ? value : undefined;
};

function fieldPath(path: string, name: string): string {
  if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
  return path === '' ? name : `${path}.${name}`;
}

/** Entries of a list by name, where all have different ones. */
function keyed(list: readonly unknown[], key: string): Map<string, unknown> | undefined {
  const entries = new Map<string, unknown>();
  for (const entry of list) {
    const name = textOf(entry, key);
    if (name === undefined || entries.has(name)) return undefined;
    entries.set(name, entry);
  }
  return entries;
}

/** @param ignored paths, or names of fields wherever they are */
export function fieldChanges(before: object, now: object, ignored: ReadonlySet<string>): FieldChange[] {
  const found: FieldChange[] = [];
  const compare = (path: string, old: unknown, next: unknown): void => {
    if (ignored.has(path) || deepEqual(old, next)) return;
    if (isPlain(old) && isPlain(next)) compareFields(path, old, next);
    else if (Array.isArray(old) && Array.isArray(next)) compareLists(path, old, next);
    else found.push({ path, ...(old !== undefined && { old }), ...(next !== undefined && { new: next }) });
  };
  const compareFields = (
    path: string,
    old: Readonly<Record<string, unknown>>,
    next: Readonly<Record<string, unknown>>,
  ): void => {
    for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
      if (ignored.has(name)) continue;
      const [was, is] = [old, next].map((fields) => (Object.hasOwn(fields, name) ? fields[name] : undefined));
      compare(fieldPath(path, name), was, is);
    }
  };
  const compareLists = (path: string, old: readonly unknown[], next: readonly unknown[]): void => {
    for (const key of ENTRY_KEYS) {
      const [was, is] = [keyed(old, key), keyed(next, key)];
      if (!was || !is) continue;
      for (const name of new Set([...was.keys(), ...is.keys()]))
        compare(`${path}[${key}=${name}]`, was.get(name), is.get(name));
      return;
    }
    for (let i = 0; i < Math.max(old.length, next.length); i++) compare(`${path}[${i}]`, old[i], next[i]);
  };
  compare('', before, now);
  return found;
}
