/** Values at plain paths such as `.spec.replicas` (unstructured.NestedInt64 and its like). */
import { getOwn, setOwn } from '../../base/freeze.ts';
import { goPrint, goTypeName } from '../../schema/patch/go-print.ts';

type Fields = Readonly<Record<string, unknown>>;

/** What is at a path, or why nothing can be. */
export interface Nested {
  readonly value?: unknown;
  readonly error?: string;
}

export const pathOf = (path: string): string[] => path.replace(/^\./, '').split('.');

const goType = (value: unknown): string => (value === null ? '<nil>' : goTypeName(value));

/** @param wanted `int64` or `string` */
export function nestedField(object: Fields, path: string, wanted: 'int64' | 'string'): Nested {
  const names = pathOf(path);
  let at: unknown = object;
  for (const [i, name] of names.entries()) {
    if (at === null || at === undefined) return {};
    if (typeof at !== 'object' || Array.isArray(at)) {
      // Named is what was looked for, told is what it was looked for in.
      return { error: misfit(`.${names.slice(0, i + 1).join('.')}`, at, 'map[string]interface{}') };
    }
    if (!Object.hasOwn(at, name)) return {};
    at = (at as Fields)[name];
  }
  return goType(at) === wanted ? { value: at } : { error: misfit(`.${names.join('.')}`, at, wanted) };
}

const misfit = (path: string, value: unknown, wanted: string): string =>
  `${path} accessor error: ${goPrint(value)} is of the type ${goType(value)}, expected ${wanted}`;

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
