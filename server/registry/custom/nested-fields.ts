/** Values at plain paths such as `.spec.replicas` (unstructured.NestedInt64 and its like). */
import { getOwn, setOwn } from '../../base/freeze.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is at a path, or why nothing can be. */
export interface Nested {
  readonly value?: unknown;
  readonly error?: string;
}

export const pathOf = (path: string): string[] => path.replace(/^\./, '').split('.');

const goType = (value: unknown): string => {
  if (Array.isArray(value)) return '[]interface {}';
  if (value === null) return '<nil>';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : 'string';
};

const goText = (value: unknown): string =>
  value === null ? '<nil>' : typeof value === 'string' ? value : JSON.stringify(value);

/** @param wanted `int64` or `string` */
export function nestedField(object: Fields, path: string, wanted: 'int64' | 'string'): Nested {
  const names = pathOf(path);
  let at: unknown = object;
  for (const [i, name] of names.entries()) {
    if (at === null || at === undefined) return {};
    if (typeof at !== 'object' || Array.isArray(at)) {
      const before = `.${names.slice(0, i).join('.')}`;
      return { error: misfit(before, at, 'map[string]interface{}') };
    }
    if (!Object.hasOwn(at, name)) return {};
    at = (at as Fields)[name];
  }
  return goType(at) === wanted ? { value: at } : { error: misfit(`.${names.join('.')}`, at, wanted) };
}

const misfit = (path: string, value: unknown, wanted: string): string =>
  `${path} accessor error: ${goText(value)} is of the type ${goType(value)}, expected ${wanted}`;

/** Sets a value, and makes what is missing above it. */
export function setNestedField(object: Record<string, unknown>, path: string, value: unknown): void {
  const names = pathOf(path);
  const last = names.pop() ?? '';
  let at = object;
  for (const name of names) {
    const inner = getOwn(at, name);
    const next = typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>) : {};
    setOwn(at, name, next);
    at = next;
  }
  setOwn(at, last, value);
}
