/** How values are taken apart into fields: as a whole, or by their parts, as the description of their type says. */
import { FieldSequences } from '../field-sequences.ts';
import type { FieldDescription, TypeDescription, ValueType } from '../type-table.ts';

/** How a value is compared: as a whole, or by its parts. */
export type Shape =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'struct'; readonly type: TypeDescription }
  | { readonly kind: 'map'; readonly of: Shape }
  | { readonly kind: 'set' }
  | {
      readonly kind: 'keyed';
      readonly keys: readonly string[];
      readonly of: Shape;
      readonly defaults: ReadonlyMap<string, unknown>;
      /** Steps that were made before, by the values of their keys. */
      readonly steps: Map<unknown, Step>;
    };

export const LEAF_SHAPE: Shape = { kind: 'leaf' };

function shapeOf(type: ValueType, field?: FieldDescription): Shape {
  if (field?.row.m === 'atomic') return LEAF_SHAPE;
  switch (type.kind) {
    case 'struct':
      return type.struct?.row.m === 'atomic' ? LEAF_SHAPE : { kind: 'struct', type: type.struct as TypeDescription };
    case 'map':
      return { kind: 'map', of: shapeOf(type.of as ValueType) };
    case 'list': {
      const { merge = 'atomic', keys = [] } = field?.list ?? {};
      if (merge === 'set') return { kind: 'set' };
      if (merge === 'atomic') return LEAF_SHAPE;
      const item = type.of?.struct;
      const defaults = new Map(keys.map((key) => [key, item?.byName.get(key)?.default]));
      return { kind: 'keyed', keys: [...keys].sort(), of: shapeOf(type.of as ValueType), defaults, steps: new Map() };
    }
    default:
      return LEAF_SHAPE;
  }
}

/** A field of a struct. */
export interface Part {
  readonly name: string;
  /** Where sets list it: by name. */
  readonly position: number;
  readonly step: string;
  /** The step as a key of JSON. */
  readonly key: string;
  readonly shape: () => Shape;
}

interface Parts {
  readonly all: readonly Part[];
  readonly sequences: FieldSequences<Part>;
}

const parts = new WeakMap<TypeDescription, Parts>();

function partsOfType(type: TypeDescription): Parts {
  let known = parts.get(type);
  if (!known) {
    const fields = [...type.fields].sort((a, b) => (a.name < b.name ? -1 : 1));
    const all = fields.map(partOf);
    known = { all, sequences: new FieldSequences(new Map(all.map((part) => [part.name, part]))) };
    parts.set(type, known);
  }
  return known;
}

/** The fields of a struct by name, as sets list them. */
export const partsOf = (type: TypeDescription): readonly Part[] => partsOfType(type).all;

/** The fields that a value has, in the order of sets. */
export function presentParts(value: object, type: TypeDescription): readonly Part[] {
  const { sequences } = partsOfType(type);
  let sequence = sequences.start();
  for (const name in value) sequence = sequences.add(sequence, name) ?? sequence;
  return sequences.inOrder(sequence);
}

function partOf(field: FieldDescription, position: number): Part {
  const step = `f:${field.name}`;
  let shape: Shape | undefined;
  // Looked up on first use: types refer to themselves.
  const lazy = (): Shape => (shape ??= shapeOf(field.type, field));
  return { name: field.name, position, step, key: JSON.stringify(step), shape: lazy };
}

/** A step of a path. */
export interface Step {
  /** `k:{"name":"web"}` */
  readonly text: string;
  /** The same as a key of JSON. */
  readonly json: string;
}

const STEPS_MAX = 4096;
const PLAIN = /^[\w./-]*$/;

/** The key of JSON for the step of a map's entry. */
export const entryJson = (key: string): string => (PLAIN.test(key) ? `"f:${key}"` : JSON.stringify(`f:${key}`));

/** The step of an item in a keyed list. */
export function keyStep(item: unknown, shape: Extract<Shape, { kind: 'keyed' }>): Step {
  const { keys, defaults, steps } = shape;
  const values = keys.map((key) => (item as Record<string, unknown>)[key] ?? defaults.get(key) ?? null);
  const known = values.length === 1 ? values[0] : JSON.stringify(values);
  let step = steps.get(known);
  if (!step) {
    const pairs = keys.map((key, i) => `${JSON.stringify(key)}:${JSON.stringify(values[i])}`);
    const text = `k:{${pairs.join(',')}}`;
    step = { text, json: JSON.stringify(text) };
    if (steps.size >= STEPS_MAX) steps.clear();
    steps.set(known, step);
  }
  return step;
}
