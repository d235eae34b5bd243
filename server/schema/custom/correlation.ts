/**
 * Which part of the old object a part of the new one corresponds to (apiserver/pkg/cel/common.CorrelatedObject):
 * problems of parts that did not change are not held against a change.
 */
import { deepEqual } from '../../base/freeze.ts';
import { fieldSchema, type Structural } from './structural.ts';
import { isObject, type JsonObject } from './value-kinds.ts';

/** Where there is no old value to compare with. */
export const UNCORRELATED = Symbol('uncorrelated');

/** The old value of a field that both have and the schema knows. */
export function oldField(structural: Structural, old: unknown, name: string): unknown {
  if (!isObject(old) || !Object.hasOwn(old, name)) return UNCORRELATED;
  return fieldSchema(structural, name) ? old[name] : UNCORRELATED;
}

/** The old items of a list, to be found by the keys of new ones. Only lists of type `map` have them. */
export type OldItems = (item: unknown) => unknown;

/** undefined for lists whose items correspond to nothing */
export function oldItems(structural: Structural, old: unknown): OldItems | undefined {
  const { type, listType, listMapKeys, items } = structural;
  if (type !== 'array' || listType !== 'map' || listMapKeys.length === 0 || !items) return undefined;
  if (!Array.isArray(old)) return undefined;
  let byKey: Map<string, unknown> | undefined;
  return (item) => {
    const key = itemKey(item, listMapKeys);
    if (key === undefined) return UNCORRELATED;
    byKey ??= indexOf(old as readonly unknown[], listMapKeys);
    return byKey.has(key) ? byKey.get(key) : UNCORRELATED;
  };
}

function indexOf(old: readonly unknown[], keys: readonly string[]): Map<string, unknown> {
  const byKey = new Map<string, unknown>();
  for (const item of old) {
    const key = itemKey(item, keys);
    if (key !== undefined && !byKey.has(key)) byKey.set(key, item);
  }
  return byKey;
}

function itemKey(item: unknown, keys: readonly string[]): string | undefined {
  if (!isObject(item)) return undefined;
  const values: unknown[] = [];
  for (const key of keys) {
    const value = Object.hasOwn(item, key) ? item[key] : undefined;
    if (value === undefined || typeof value === 'object') return undefined;
    values.push(value);
  }
  return JSON.stringify(values);
}

/** Whether nothing changed; the order of lists of type `map` does not count. */
export function isUnchanged(structural: Structural | undefined, old: unknown, value: unknown): boolean {
  if (old === value) return true;
  if (!structural) return deepEqual(old, value);
  if (Array.isArray(value)) return isListUnchanged(structural, old, value);
  if (!isObject(value) || !isObject(old)) return deepEqual(old, value);
  const names = Object.keys(value);
  return (
    names.length === Object.keys(old).length &&
    names.every((name) => {
      const before = oldField(structural, old, name);
      return before !== UNCORRELATED && isUnchanged(fieldSchema(structural, name), before, (value as JsonObject)[name]);
    })
  );
}

function isListUnchanged(structural: Structural, old: unknown, value: readonly unknown[]): boolean {
  if (!Array.isArray(old) || old.length !== value.length) return false;
  const find = oldItems(structural, old);
  if (!find) return deepEqual(old, value);
  return value.every((item) => {
    const before = find(item);
    return before !== UNCORRELATED && isUnchanged(structural.items, before, item);
  });
}
