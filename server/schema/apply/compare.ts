/**
 * Which fields differ between two versions of an object: sigs.k8s.io/structured-merge-diff, typed.Compare. Lists and
 * maps are compared item by item or as a whole, as the description says.
 */
import { deepEqual } from '../../base/freeze.ts';
import type { FieldDescription, TypeDescription, ValueType } from '../type-table.ts';
import { type FieldsV1, leaf } from './fields-v1.ts';

/** `changed` holds what was added or modified. */
export interface Comparison {
  readonly changed: FieldsV1 | undefined;
  readonly removed: FieldsV1 | undefined;
}

type Value = unknown;
type Entries = ReadonlyMap<string, Value>;

/** How a value is compared: as a whole, or by its parts. */
type Shape =
  | { readonly kind: 'leaf' }
  | { readonly kind: 'struct'; readonly type: TypeDescription }
  | { readonly kind: 'map'; readonly of: Shape }
  | { readonly kind: 'set' }
  | {
      readonly kind: 'keyed';
      readonly keys: readonly string[];
      readonly of: Shape;
      readonly defaults: ReadonlyMap<string, unknown>;
    };

const LEAF_SHAPE: Shape = { kind: 'leaf' };

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
      return { kind: 'keyed', keys, of: shapeOf(type.of as ValueType), defaults };
    }
    default:
      return LEAF_SHAPE;
  }
}

interface Part {
  readonly name: string;
  readonly step: string;
  readonly shape: () => Shape;
}

const parts = new WeakMap<TypeDescription, readonly Part[]>();

/** The fields of a struct by name, as sets list them. */
function partsOf(type: TypeDescription): readonly Part[] {
  let known = parts.get(type);
  if (!known) {
    known = [...type.fields]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((field) => {
        let shape: Shape | undefined;
        // Looked up on first use: types refer to themselves.
        return { name: field.name, step: `f:${field.name}`, shape: () => (shape ??= shapeOf(field.type, field)) };
      });
    parts.set(type, known);
  }
  return known;
}

/** The items of a keyed list by their key step, in the order of sets. */
function keyedEntries(list: Value, shape: Extract<Shape, { kind: 'keyed' }>): Entries {
  const entries: [string, Value][] = [];
  for (const item of Array.isArray(list) ? list : []) {
    const key: Record<string, unknown> = {};
    for (const name of [...shape.keys].sort())
      key[name] = (item as Record<string, unknown>)[name] ?? shape.defaults.get(name) ?? null;
    entries.push([`k:${JSON.stringify(key)}`, item]);
  }
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function setEntries(list: Value): Entries {
  const steps = (Array.isArray(list) ? list : []).map((item) => `v:${JSON.stringify(item)}`);
  return new Map(steps.sort().map((step) => [step, undefined]));
}

function mapEntries(map: Value): Entries {
  if (typeof map !== 'object' || map === null) return new Map();
  return new Map(Object.entries(map).map(([key, value]) => [`f:${key}`, value]));
}

/** Everything in a value, the value itself included. */
function all(value: Value, shape: Shape): FieldsV1 {
  if (value === null || shape.kind === 'leaf') return leaf();
  const node: Record<string, FieldsV1> = { '.': leaf() };
  let count = 0;
  const add = (step: string, inner: FieldsV1): void => {
    node[step] = inner;
    count++;
  };
  if (shape.kind === 'struct') {
    for (const { name, step, shape: inner } of partsOf(shape.type)) {
      const part = (value as Record<string, unknown>)[name];
      if (part !== undefined) add(step, all(part, inner()));
    }
  } else if (shape.kind === 'set') for (const step of setEntries(value).keys()) add(step, leaf());
  else if (shape.kind === 'map') for (const [step, inner] of mapEntries(value)) add(step, all(inner, shape.of));
  else for (const [step, item] of keyedEntries(value, shape)) add(step, all(item, shape.of));
  return count === 0 ? leaf() : node;
}

const SAME: Comparison = { changed: undefined, removed: undefined };

class Differences {
  readonly #changed: Record<string, FieldsV1> = {};
  readonly #removed: Record<string, FieldsV1> = {};
  #anyChanged = false;
  #anyRemoved = false;

  part(step: string, before: Value, after: Value, shape: Shape): void {
    if (before === after) return;
    if (before === undefined) this.#change(step, all(after, shape));
    else if (after === undefined) this.#remove(step, all(before, shape));
    else {
      const { changed, removed } = compareValues(before, after, shape);
      if (changed) this.#change(step, changed);
      if (removed) this.#remove(step, removed);
    }
  }

  /** `undefined` stands for an entry that is not there; the entries of a set have no value of their own. */
  entries(before: Entries, after: Entries, shape: Shape): void {
    for (const [step, value] of after) {
      if (before.has(step)) this.part(step, before.get(step), value, shape);
      else this.#change(step, all(value ?? null, shape));
    }
    for (const [step, value] of before) if (!after.has(step)) this.#remove(step, all(value ?? null, shape));
  }

  result(): Comparison {
    if (!this.#anyChanged && !this.#anyRemoved) return SAME;
    return {
      changed: this.#anyChanged ? this.#changed : undefined,
      removed: this.#anyRemoved ? this.#removed : undefined,
    };
  }

  #change(step: string, node: FieldsV1): void {
    this.#changed[step] = node;
    this.#anyChanged = true;
  }

  #remove(step: string, node: FieldsV1): void {
    this.#removed[step] = node;
    this.#anyRemoved = true;
  }
}

function compareValues(before: Value, after: Value, shape: Shape): Comparison {
  if (shape.kind === 'leaf') return deepEqual(before, after) ? SAME : { changed: leaf(), removed: undefined };
  const differences = new Differences();
  switch (shape.kind) {
    case 'struct': {
      const [left, right] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>];
      for (const { name, step, shape: inner } of partsOf(shape.type))
        differences.part(step, left[name], right[name], inner());
      break;
    }
    case 'set':
      differences.entries(setEntries(before), setEntries(after), LEAF_SHAPE);
      break;
    case 'map':
      differences.entries(mapEntries(before), mapEntries(after), shape.of);
      break;
    case 'keyed':
      differences.entries(keyedEntries(before, shape), keyedEntries(after, shape), shape.of);
      break;
  }
  return differences.result();
}

/**
 * @example
 * compareObjects({ data: { a: '1' } }, { data: { a: '2' } }, configMap).changed // { 'f:data': { 'f:a': {} } }
 */
export function compareObjects(before: object, after: object, type: TypeDescription): Comparison {
  return compareValues(before, after, { kind: 'struct', type });
}
