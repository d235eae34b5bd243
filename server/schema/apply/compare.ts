/**
 * Which fields differ between two versions of an object: sigs.k8s.io/structured-merge-diff, typed.Compare. Lists and
 * maps are compared item by item or as a whole, as the description says.
 */
import { deepEqual } from '../../base/freeze.ts';
import type { TypeDescription } from '../type-table.ts';
import { type FieldsV1, leaf } from './fields-v1.ts';
import {
  differingParts,
  entryStep,
  keyStep,
  LEAF_SHAPE,
  type Part,
  presentParts,
  type Shape,
  shapeFor,
} from './shapes.ts';

/** `changed` holds what was added or modified. */
export interface Comparison {
  readonly changed: FieldsV1 | undefined;
  readonly removed: FieldsV1 | undefined;
}

type Value = unknown;
type Entries = ReadonlyMap<string, Value>;
type Keyed = Extract<Shape, { kind: 'keyed' }>;

/** The items of a keyed list by their key step, in the order of sets. */
function keyedEntries(list: Value, shape: Keyed): Entries {
  const entries = new Map<string, Value>();
  let [last, isInOrder] = ['', true];
  for (const item of Array.isArray(list) ? list : []) {
    const { text } = keyStep(item, shape);
    if (text < last) isInOrder = false;
    last = text;
    entries.set(text, item);
  }
  return isInOrder ? entries : new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function setEntries(list: Value): Entries {
  const steps = (Array.isArray(list) ? list : []).map((item) => `v:${JSON.stringify(item)}`);
  return new Map(steps.sort().map((step) => [step, undefined]));
}

/**
 * The place of the one item in which two versions of a list differ, as most changes of a list have it: then nothing has
 * to be looked up by its key.
 *
 * @returns -1 where they do not differ; undefined where there is more to tell, or two items have that key
 */
function onlyDifference(before: Value, after: Value, shape: Keyed): number | undefined {
  if (!Array.isArray(before) || !Array.isArray(after) || before.length !== after.length) return undefined;
  let at = -1;
  for (let i = 0; i < after.length; i++) {
    if (before[i] === after[i]) continue;
    if (at !== -1) return undefined;
    at = i;
  }
  if (at === -1) return at;
  const { text } = keyStep(after[at], shape);
  if (keyStep(before[at], shape).text !== text) return undefined;
  for (let i = 0; i < after.length; i++) if (i !== at && keyStep(after[i], shape).text === text) return undefined;
  return at;
}

const fieldsOf = (map: Value): Readonly<Record<string, Value>> =>
  typeof map === 'object' && map !== null ? (map as Readonly<Record<string, Value>>) : {};

function mapEntries(map: Value): Entries {
  if (typeof map !== 'object' || map === null) return new Map();
  return new Map(Object.entries(map).map(([key, value]) => [`f:${key}`, value]));
}

/** What structs hold of which no field has parts, by their fields; undefined for others. */
const flatSets = new WeakMap<readonly Part[], { readonly set: FieldsV1 | undefined }>();

/** Conditions, taints and the like come in numbers, and two that have the same fields hold the same. */
function flatSetOf(parts: readonly Part[]): FieldsV1 | undefined {
  let known = flatSets.get(parts);
  if (!known) {
    const isFlat = parts.length > 0 && parts.every(({ shape }) => shape().kind === 'leaf');
    const steps = parts.map(({ step }) => [step, leaf()] as const);
    known = { set: isFlat ? Object.freeze({ '.': leaf(), ...Object.fromEntries(steps) }) : undefined };
    flatSets.set(parts, known);
  }
  return known.set;
}

/** Everything in a value, the value itself included. */
function all(value: Value, described: Shape): FieldsV1 {
  const shape = shapeFor(described, value);
  if (value === null || shape.kind === 'leaf') return leaf();
  const node: Record<string, FieldsV1> = { '.': leaf() };
  let count = 0;
  const add = (step: string, inner: FieldsV1): void => {
    node[step] = inner;
    count++;
  };
  if (shape.kind === 'struct') {
    const fields = value as Record<string, unknown>;
    const parts = presentParts(fields, shape.type);
    // Types that keep other fields make their parts anew for each value.
    const flat = shape.type.keepsOthers ? undefined : flatSetOf(parts);
    if (flat && parts.every(({ name }) => fields[name] !== undefined)) return flat;
    for (const { name, step, shape: inner } of parts) {
      const part = fields[name];
      if (part !== undefined) add(step, all(part, inner()));
    }
  } else if (shape.kind === 'set') for (const step of setEntries(value).keys()) add(step, leaf());
  else if (shape.kind === 'map') for (const [step, inner] of mapEntries(value)) add(step, all(inner, shape.of));
  else if (shape.kind === 'keyed')
    for (const [step, item] of keyedEntries(value, shape)) add(step, all(item, shape.of));
  return count === 0 ? leaf() : node;
}

const SAME: Comparison = { changed: undefined, removed: undefined };

class Differences implements Comparison {
  changed: Record<string, FieldsV1> | undefined = undefined;
  removed: Record<string, FieldsV1> | undefined = undefined;

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

  /** The same for two maps, most of whose entries are equal. */
  map(before: Value, after: Value, shape: Shape): void {
    const [left, right] = [fieldsOf(before), fieldsOf(after)];
    for (const key in right) {
      const value = right[key];
      if (!Object.hasOwn(left, key)) this.#change(entryStep(key), all(value ?? null, shape));
      else if (left[key] !== value) this.part(entryStep(key), left[key], value, shape);
    }
    for (const key in left) if (!Object.hasOwn(right, key)) this.#remove(entryStep(key), all(left[key] ?? null, shape));
  }

  /** The same for two lists of items with keys. */
  items(before: Value, after: Value, shape: Keyed): void {
    const at = onlyDifference(before, after, shape);
    if (at === undefined) this.entries(keyedEntries(before, shape), keyedEntries(after, shape), shape.of);
    else if (at !== -1) {
      const item = (after as readonly Value[])[at];
      this.part(keyStep(item, shape).text, (before as readonly Value[])[at], item, shape.of);
    }
  }

  #change(step: string, node: FieldsV1): void {
    this.changed ??= {};
    this.changed[step] = node;
  }

  #remove(step: string, node: FieldsV1): void {
    this.removed ??= {};
    this.removed[step] = node;
  }
}

function compareValues(before: Value, after: Value, described: Shape): Comparison {
  const shape = shapeFor(described, before, after);
  if (shape.kind === 'leaf') return deepEqual(before, after) ? SAME : { changed: leaf(), removed: undefined };
  const differences = new Differences();
  switch (shape.kind) {
    case 'struct': {
      const [left, right] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>];
      for (const { name, step, shape: inner } of differingParts(shape.type, left, right))
        differences.part(step, left[name], right[name], inner());
      break;
    }
    case 'set':
      differences.entries(setEntries(before), setEntries(after), LEAF_SHAPE);
      break;
    case 'map':
      differences.map(before, after, shape.of);
      break;
    case 'keyed':
      differences.items(before, after, shape);
      break;
  }
  return differences;
}

/**
 * @example
 * compareObjects({ data: { a: '1' } }, { data: { a: '2' } }, configMap).changed // { 'f:data': { 'f:a': {} } }
 */
export function compareObjects(before: object, after: object, type: TypeDescription): Comparison {
  return compareValues(before, after, { kind: 'struct', type });
}
