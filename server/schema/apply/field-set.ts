/** The fields that a configuration names: structured-merge-diff's TypedValue.ToFieldSet. */
import type { TypeDescription } from '../type-table.ts';
import { type FieldsV1, leaf, setOf, union } from './fields-v1.ts';
import { keyStep, LEAF_SHAPE, partNamed, type Shape, setStep, shapeFor } from './shapes.ts';

type Parts = Map<string, FieldsV1>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isEmptyObject(value: unknown): boolean {
  if (!isObject(value)) return false;
  for (const _ in value) return false;
  return true;
}

/** Adds what is behind a step, and the step itself if it is a field of its own. */
function add(parts: Parts, step: string, value: unknown, shape: Shape, isItself: boolean): void {
  const set = union(isItself ? leaf() : undefined, partsBehind(value, shape));
  if (set) parts.set(step, set);
}

/** Structs are no fields of their own unless there is nothing in them. */
function structParts(value: Readonly<Record<string, unknown>>, type: TypeDescription): Parts {
  const parts: Parts = new Map();
  for (const name of Object.keys(value)) {
    const part = partNamed(type, name);
    const inner = value[name];
    if (part)
      add(parts, part.step, inner, part.shape(), part.isOther === true || inner === null || isEmptyObject(inner));
  }
  return parts;
}

/** Of items with the same key only the key is known. */
function itemParts(items: readonly unknown[], stepOf: (item: unknown) => string, shape: Shape): Parts {
  const parts: Parts = new Map();
  for (const item of items) {
    const step = stepOf(item);
    if (parts.has(step)) parts.set(step, leaf());
    else add(parts, step, item, shape, true);
  }
  return parts;
}

/** The set of a value, which holds the value itself only where it is taken as a whole. */
function partsBehind(value: unknown, described: Shape): FieldsV1 | undefined {
  const shape = shapeFor(described, value);
  switch (shape.kind) {
    case 'leaf':
      return leaf();
    case 'struct':
      return isObject(value) ? setOf(false, structParts(value, shape.type)) : undefined;
    case 'map': {
      if (!isObject(value)) return undefined;
      const parts: Parts = new Map();
      for (const key of Object.keys(value)) add(parts, `f:${key}`, value[key], shape.of, true);
      return setOf(false, parts);
    }
    case 'set':
      return Array.isArray(value) ? setOf(false, itemParts(value, setStep, LEAF_SHAPE)) : undefined;
    case 'keyed': {
      const stepOf = (item: unknown): string => keyStep(item, shape).text;
      return Array.isArray(value) ? setOf(false, itemParts(value, stepOf, shape.of)) : undefined;
    }
    case 'deduced':
      return leaf(); // settled above
  }
}

/**
 * @param configuration that fits its type
 * @example
 * fieldSetOf({ data: { a: '1' } }, configMap) // { 'f:data': { 'f:a': {} } }
 */
export function fieldSetOf(configuration: object, type: TypeDescription): FieldsV1 | undefined {
  return partsBehind(configuration, { kind: 'struct', type });
}
