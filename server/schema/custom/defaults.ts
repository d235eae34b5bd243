/** Fills in defaults (apiextensions-apiserver, schema/defaulting/algorithm.go). */
import { type Frozen, setOwn, thaw } from '../../base/freeze.ts';
import { additionalSchema, type Structural } from './structural.ts';
import type { JsonObject } from './value-kinds.ts';

/**
 * The value with its defaults; itself when it lacks none, so parts that need nothing are shared with it. A null takes
 * the default where the schema allows none.
 */
export function withDefaults(value: unknown, structural: Structural | undefined): unknown {
  if (!structural?.hasDefaults || typeof value !== 'object' || value === null) return value;
  return Array.isArray(value)
    ? listWithDefaults(value as readonly unknown[], structural)
    : objectWithDefaults(value as JsonObject, structural);
}

const copyOf = (value: unknown): unknown => thaw(value as Frozen<unknown>);

function orDefault(value: unknown, structural: Structural): unknown {
  if (value !== null || structural.nullable) return value;
  return structural.defaultValue === undefined ? null : copyOf(structural.defaultValue);
}

function listWithDefaults(list: readonly unknown[], { items }: Structural): readonly unknown[] {
  if (!items) return list;
  let output: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const filled = withDefaults(orDefault(list[i], items), items);
    if (filled !== list[i]) output ??= [...list];
    if (output) output[i] = filled;
  }
  return output ?? list;
}

function objectWithDefaults(object: JsonObject, structural: Structural): JsonObject {
  const changes = new Map<string, unknown>();
  for (const [name, field] of structural.properties ?? []) {
    if (field.hasDefaults) fillField(object, name, field, changes);
  }
  const others = additionalSchema(structural);
  if (others?.hasDefaults) {
    for (const name of Object.keys(object)) {
      if (structural.properties?.has(name)) continue;
      const filled = withDefaults(orDefault(object[name], others), others);
      if (filled !== object[name]) changes.set(name, filled);
    }
  }
  if (changes.size === 0) return object;
  const names = [...new Set([...Object.keys(object), ...changes.keys()])].sort();
  const output: Record<string, unknown> = {};
  for (const name of names) setOwn(output, name, changes.has(name) ? changes.get(name) : object[name]);
  return output;
}

function fillField(object: JsonObject, name: string, field: Structural, changes: Map<string, unknown>): void {
  const isThere = Object.hasOwn(object, name);
  const lacks = field.defaultValue !== undefined && (!isThere || (object[name] === null && !field.nullable));
  if (!isThere && !lacks) return;
  const given = lacks ? copyOf(field.defaultValue) : object[name];
  const filled = withDefaults(given, field);
  if (filled !== object[name]) changes.set(name, filled);
}
