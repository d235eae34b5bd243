/** Paths of fields as people read them: `.spec.template.spec.containers[name="web"].image`. */
import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields by which the items of lists are known, whatever else they have. */
const ITEM_KEYS = ['name', 'type', 'key', 'uid', 'ip', 'containerPort', 'port'] as const;

/** What changes with every write, or is told elsewhere. */
const IGNORED: ReadonlySet<string> = new Set(['.metadata.managedFields', '.metadata.resourceVersion']);

const PATHS_MAX = 100;

const WORD = /^[\w-]+$/;

const fieldPath = (path: string, name: string): string =>
  WORD.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;

/** Where two versions of an object differ. */
export function changedPaths(before: Frozen<KubeObject> | undefined, now: Frozen<KubeObject>): string[] {
  const paths: string[] = [];
  compare('', before ?? {}, now, paths);
  return paths.slice(0, PATHS_MAX);
}

function compare(path: string, before: unknown, now: unknown, paths: string[]): void {
  if (before === now || IGNORED.has(path) || paths.length >= PATHS_MAX) return;
  if (isFields(before) && isFields(now)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(now)]))
      compare(fieldPath(path, name), before[name], now[name], paths);
  } else if (Array.isArray(before) && Array.isArray(now)) compareLists(path, before, now, paths);
  else if (!isEmpty(before) || !isEmpty(now)) paths.push(path);
}

const isEmpty = (value: unknown): boolean => value === undefined || value === null;

function compareLists(path: string, before: readonly unknown[], now: readonly unknown[], paths: string[]): void {
  const key = ITEM_KEYS.find((name) => [...before, ...now].every((item) => isFields(item) && item[name] !== undefined));
  if (key === undefined) {
    const length = Math.max(before.length, now.length);
    for (let i = 0; i < length; i++) compare(`${path}[${i}]`, before[i], now[i], paths);
    return;
  }
  const byKey = (items: readonly unknown[]): Map<unknown, unknown> =>
    new Map(items.map((item) => [(item as Fields)[key], item]));
  const [old, next] = [byKey(before), byKey(now)];
  for (const value of new Set([...old.keys(), ...next.keys()]))
    compare(`${path}[${key}=${JSON.stringify(value)}]`, old.get(value), next.get(value), paths);
}

/** The fields that an entry of `managedFields` names, in its FieldsV1 form: the outermost that it has. */
export function managedPaths(fields: unknown): string[] {
  const paths: string[] = [];
  walk('', fields, paths);
  return paths.slice(0, PATHS_MAX);
}

function walk(path: string, fields: unknown, paths: string[]): void {
  if (!isFields(fields)) return;
  const parts = Object.keys(fields).filter((key) => key !== '.');
  if (parts.length === 0) {
    if (path !== '') paths.push(path);
    return;
  }
  for (const part of parts) walk(partPath(path, part), fields[part], paths);
}

function partPath(path: string, part: string): string {
  const value = part.slice(2);
  if (part.startsWith('f:')) return fieldPath(path, value);
  if (part.startsWith('k:')) return `${path}[${keysText(value)}]`;
  return part.startsWith('v:') ? `${path}[=${value}]` : `${path}[${value}]`;
}

function keysText(text: string): string {
  try {
    const keys = Object.entries(JSON.parse(text) as Fields);
    return keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',');
  } catch {
    return text;
  }
}
