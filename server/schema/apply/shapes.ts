/** How values are taken apart into fields: as a whole, or by their parts, as the description of their type says. */
import { RecentMap } from '../../base/recent-map.ts';
import { FieldSequences } from '../field-sequences.ts';
import type { FieldDescription, TypeDescription, ValueType } from '../type-table.ts';

/** How a value is compared: as a whole, or by its parts. */
export type Shape =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'struct'; readonly type: TypeDescription }
  | { readonly kind: 'map'; readonly of: Shape }
  | { readonly kind: 'set' }
  /** By its fields if it is an object, as a whole otherwise: nothing describes it. */
  | { readonly kind: 'deduced' }
  | {
      readonly kind: 'keyed';
      readonly keys: readonly string[];
      readonly of: Shape;
      readonly defaults: ReadonlyMap<string, unknown>;
      /** Steps that were made before, by the values of their keys. */
      readonly steps: RecentMap<unknown, Step>;
    };

export const LEAF_SHAPE: Shape = { kind: 'leaf' };

const DEDUCED: Shape = { kind: 'deduced' };
const DEDUCED_MAP: Shape = { kind: 'map', of: DEDUCED };

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The shape of values that are there: of what nothing describes, they say it themselves. */
export function shapeFor(shape: Shape, value: unknown, other?: unknown): Shape {
  if (shape.kind !== 'deduced') return shape;
  const given = [value, other].filter((one) => one !== undefined && one !== null);
  return given.length > 0 && given.every(isMap) ? DEDUCED_MAP : LEAF_SHAPE;
}

/** How values of a type are taken apart, in a field if it is one's. */
export function shapeOf(type: ValueType, field?: FieldDescription): Shape {
  if (field?.row.m === 'atomic' || type.isAtomic) return LEAF_SHAPE;
  switch (type.kind) {
    case 'struct':
      return type.struct?.row.m === 'atomic' ? LEAF_SHAPE : { kind: 'struct', type: type.struct as TypeDescription };
    case 'map':
      return { kind: 'map', of: shapeOf(type.of as ValueType) };
    case 'list': {
      const { merge = 'atomic', keys = [] } = field?.list ?? type.list ?? {};
      if (merge === 'set') return { kind: 'set' };
      if (merge === 'atomic') return LEAF_SHAPE;
      const item = type.of?.struct;
      const defaults = new Map(keys.map((key) => [key, defaultOf(item?.byName.get(key))]));
      return {
        kind: 'keyed',
        keys: [...keys].sort(),
        of: shapeOf(type.of as ValueType),
        defaults,
        steps: new RecentMap(STEPS_MAX),
      };
    }
    case 'deduced':
      return DEDUCED;
    default:
      return LEAF_SHAPE;
  }
}

/** The description gives every field a default that Go always prints: its zero value if no other. */
function defaultOf(field: FieldDescription | undefined): unknown {
  if (!field || field.default !== undefined || field.omitEmpty || field.type.pointer) return field?.default;
  const { kind } = field.type;
  if (kind === 'string') return '';
  if (kind === 'boolean') return false;
  return kind === 'int32' || kind === 'int64' || kind === 'double' ? 0 : undefined;
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
  /** Whether no type describes it. */
  readonly isOther?: boolean;
}

interface Parts {
  readonly all: readonly Part[];
  readonly byName: ReadonlyMap<string, Part>;
  readonly sequences: FieldSequences<Part>;
}

const parts = new WeakMap<TypeDescription, Parts>();

function partsOfType(type: TypeDescription): Parts {
  let known = parts.get(type);
  if (!known) {
    const fields = [...type.fields].sort((a, b) => (a.name < b.name ? -1 : 1));
    const all = fields.map(partOf);
    const byName = new Map(all.map((part) => [part.name, part]));
    known = { all, byName, sequences: new FieldSequences(byName) };
    parts.set(type, known);
  }
  return known;
}

/** The fields of a struct by name, as sets list them, and those that `values` have besides if the type keeps them. */
export function partsOf(type: TypeDescription, ...values: readonly unknown[]): readonly Part[] {
  const { all, byName } = partsOfType(type);
  if (!type.keepsOthers) return all;
  const others = new Set(values.flatMap((value) => Object.keys(value ?? {})).filter((name) => !byName.has(name)));
  return others.size === 0 ? all : [...all, ...[...others].map(otherPart)].sort(byPartName);
}

const byPartName = (a: Part, b: Part): number => (a.name < b.name ? -1 : 1);

/** Those of the fields of a struct in which two values are not the very same. */
export function differingParts(
  type: TypeDescription,
  one: Readonly<Record<string, unknown>>,
  other: Readonly<Record<string, unknown>>,
): readonly Part[] {
  if (type.keepsOthers) return partsOf(type, one, other);
  const { sequences } = partsOfType(type);
  let sequence = sequences.start();
  let onlyInOther = 0;
  for (const name in one) {
    const value = other[name];
    if (value !== one[name]) sequence = sequences.add(sequence, name) ?? sequence;
    // What is no own field is a function or a prototype, as which no value comes.
    if (value !== undefined && typeof value !== 'function' && value !== Object.prototype) onlyInOther--;
  }
  // To count is quicker than to look each of them up.
  for (const _ in other) onlyInOther++;
  if (onlyInOther > 0)
    for (const name in other) if (!(name in one)) sequence = sequences.add(sequence, name) ?? sequence;
  return sequences.inOrder(sequence);
}

/** A field that no type describes. */
function otherPart(name: string): Part {
  const step = `f:${name}`;
  return { name, position: 0, step, key: JSON.stringify(step), shape: () => DEDUCED, isOther: true };
}

/** A field by its name. */
export function partNamed(type: TypeDescription, name: string): Part | undefined {
  return partsOfType(type).byName.get(name) ?? (type.keepsOthers ? otherPart(name) : undefined);
}

/** How the value behind a step is taken apart; undefined where the type has no such step. */
export function shapeBehind(shape: Shape, step: string): Shape | undefined {
  switch (shape.kind) {
    case 'struct':
      return partNamed(shape.type, step.slice(2))?.shape();
    case 'map':
    case 'keyed':
      return shape.of;
    case 'deduced':
      return step.startsWith('f:') ? DEDUCED : undefined;
    default:
      return undefined;
  }
}

/** The step of an item in a set. */
export const setStep = (item: unknown): string => `v:${JSON.stringify(item)}`;

/** The fields that a value has, in the order of sets. */
export function presentParts(value: object, type: TypeDescription): readonly Part[] {
  if (type.keepsOthers) return partsOf(type, value).filter(({ name }) => Object.hasOwn(value, name));
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

const STEPS_MAX = 256;
/** Longer keys of maps are wrong mostly, and not worth to be kept. */
const KEY_CHARACTERS_MAX = 256;
const PLAIN = /^[\w./-]*$/;

/** The key of JSON for the step of a map's entry. */
export const entryJson = (key: string): string => (PLAIN.test(key) ? `"f:${key}"` : JSON.stringify(`f:${key}`));

/** Many maps have the same keys again and again. */
const entrySteps = new RecentMap<string, string>(STEPS_MAX);

/** The step of a map's entry. */
export function entryStep(key: string): string {
  if (key.length > KEY_CHARACTERS_MAX) return `f:${key}`;
  let step = entrySteps.get(key);
  if (step === undefined) {
    step = `f:${key}`;
    entrySteps.set(key, step);
  }
  return step;
}

type Keyed = Extract<Shape, { kind: 'keyed' }>;

function keyValue(item: unknown, key: string, { defaults }: Keyed): unknown {
  return (item as Readonly<Record<string, unknown>> | null)?.[key] ?? defaults.get(key);
}

/** The step of an item in a keyed list. */
export function keyStep(item: unknown, shape: Keyed): Step {
  const { keys, steps } = shape;
  const [first = ''] = keys;
  const known =
    keys.length === 1 ? keyValue(item, first, shape) : JSON.stringify(keys.map((key) => keyValue(item, key, shape)));
  return steps.get(known) ?? newKeyStep(item, shape, known);
}

function newKeyStep(item: unknown, shape: Keyed, known: unknown): Step {
  // A key without a value is none.
  const given = shape.keys.filter((key) => keyValue(item, key, shape) !== undefined);
  const pairs = given.map((key) => `${JSON.stringify(key)}:${JSON.stringify(keyValue(item, key, shape))}`);
  const text = `k:{${pairs.join(',')}}`;
  const step = { text, json: JSON.stringify(text) };
  shape.steps.set(known, step);
  return step;
}
