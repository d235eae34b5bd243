/** Items of lists of type `set` and `map` are there once (apiextensions-apiserver, schema/listtype). */
import { duplicate, type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { additionalSchema, type Structural } from './structural.ts';
import { isObject, type JsonObject } from './value-kinds.ts';
import { childPath, keyPath } from './value-path.ts';

/** Problems of an object's lists. Each value that comes more than once is reported at its second place. */
export function listProblems(object: unknown, structural: Structural): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (structural.hasUniqueItems) visit(object, structural, '', problems);
  return problems;
}

function visit(value: unknown, structural: Structural, path: string, problems: FieldProblem[]): void {
  if (!structural.hasUniqueItems || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    visitList(value, structural, path, problems);
    return;
  }
  const others = additionalSchema(structural);
  for (const [name, inner] of Object.entries(value)) {
    if (others) visit(inner, others, keyPath(path, name), problems);
    const field = structural.properties?.get(name);
    if (field) visit(inner, field, childPath(path, name), problems);
  }
}

function visitList(list: readonly unknown[], structural: Structural, path: string, problems: FieldProblem[]): void {
  const { listType, items } = structural;
  if (listType === 'set') {
    for (const i of repeats(list)) problems.push(duplicate(keyPath(path, i), list[i]));
  } else if (listType === 'map') problems.push(...mapProblems(list, structural.listMapKeys, path));
  if (!items?.hasUniqueItems) return;
  for (const [i, item] of list.entries()) visit(item, items, keyPath(path, i), problems);
}

/** Where values come for the second time. */
function repeats(list: readonly unknown[]): number[] {
  const counts = new Map<unknown, number>();
  const found: number[] = [];
  list.forEach((value, i) => {
    const key = typeof value === 'object' && value !== null ? sortedJson(value) : JSON.stringify(value);
    const count = counts.get(key) ?? 0;
    if (count === 1) found.push(i);
    counts.set(key, count + 1);
  });
  return found;
}

/** Go prints the keys of maps sorted. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

function mapProblems(list: readonly unknown[], keys: readonly string[], path: string): FieldProblem[] {
  const wrong = list.findIndex((item) => item !== null && !isObject(item));
  if (wrong >= 0) {
    return [invalid(keyPath(path, wrong), list[wrong], 'must be an object for an array of list-type map')];
  }
  const found = list.map((item) => keysOf(item as JsonObject | null, keys));
  return repeats(found).map((i) => duplicate(keyPath(path, i), found[i]));
}

function keysOf(item: JsonObject | null, keys: readonly string[]): JsonObject {
  const given = [...keys].sort().filter((key) => item && Object.hasOwn(item, key));
  return Object.fromEntries(given.map((key) => [key, item?.[key]]));
}
