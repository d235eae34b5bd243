/**
 * Changes to an object at places that its type knows. A change is a few numbers, so that one that breaks something
 * shrinks to the fewest and smallest ones.
 */
import * as fc from 'fast-check';
import { getOwn, setOwn } from '../../server/base/freeze.ts';
import type { FieldDescription, TypeDescription, ValueType } from '../../server/schema/type-table.ts';
import { fitting, HOSTILE_KEYS, type Json, oddValue, pickOf } from './values.ts';

export interface Change {
  /** Which way to go at each level: even numbers to what is there, odd ones to any field of the type. */
  readonly steps: readonly number[];
  readonly act: number;
  readonly pick: number;
}

const STEP_MAX = 127;
const ACT_MAX = 31;
const PICK_MAX = 255;

export const change: fc.Arbitrary<Change> = fc.record({
  steps: fc.array(fc.nat(STEP_MAX), { minLength: 1, maxLength: 9 }),
  act: fc.nat(ACT_MAX),
  pick: fc.nat(PICK_MAX),
});

/** Mostly one: of several, the first that is wrong hides the others. */
export const changes: fc.Arbitrary<readonly Change[]> = fc.oneof(
  { weight: 3, arbitrary: fc.array(change, { minLength: 1, maxLength: 1 }) },
  { weight: 1, arbitrary: fc.array(change, { maxLength: 4 }) },
);

type Holder = Record<string, Json>;

/** A place in an object. */
export interface Place {
  readonly path: readonly string[];
  readonly holder: Holder | Json[];
  readonly key: string;
  readonly type: ValueType | undefined;
  readonly field: FieldDescription | undefined;
}

const isContainer = (type: ValueType | undefined): boolean =>
  type?.kind === 'struct' || type?.kind === 'list' || type?.kind === 'map';

const emptyOf = (type: ValueType | undefined): Json => (type?.kind === 'list' ? [] : {});

function keyOf(value: Holder, step: number, others: readonly string[]): string {
  const present = Object.keys(value);
  const half = step >> 1;
  return (step % 2 === 0 || others.length === 0) && present.length > 0
    ? pickOf(present, half)
    : (others[half % others.length] ?? 'unknownField');
}

const MAP_KEYS = ['app', 'a', 'b', 'kubernetes.io/os', 'cpu', 'memory', 'new', ...HOSTILE_KEYS];

/** Walks down an object of a type, making what is missing on the way. */
export function placeOf(root: Holder, struct: TypeDescription, steps: readonly number[]): Place {
  let value: Holder | Json[] = root;
  let type: Pick<ValueType, 'kind' | 'of' | 'struct'> = { kind: 'struct', struct };
  const path: string[] = [];
  let listField: FieldDescription | undefined;
  for (let i = 0; ; i++) {
    const step = steps[i] ?? 0;
    let key: string;
    let field: FieldDescription | undefined = listField;
    let next: ValueType | undefined;
    if (Array.isArray(value)) {
      key = String(step % (value.length + 1));
      next = type.of;
    } else if (type.kind === 'map') {
      key = keyOf(value, step, MAP_KEYS);
      next = type.of;
    } else {
      const { struct: known } = type;
      key = keyOf(value, step, known?.fields.map(({ name }) => name) ?? HOSTILE_KEYS);
      field = known?.byName.get(key);
      next = field?.type;
      listField = field;
    }
    path.push(key);
    const found = getOwn(value as Holder, key);
    if (i >= steps.length - 1 || !next || !isContainer(next)) return { path, holder: value, key, type: next, field };
    const fits = typeof found === 'object' && found !== null && Array.isArray(found) === (next.kind === 'list');
    const inner = (fits ? found : emptyOf(next)) as Holder | Json[];
    if (!fits) put(value, key, inner);
    value = inner;
    type = next;
  }
}

function put(holder: Holder | Json[], key: string, value: Json): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else setOwn(holder, key, value);
}

function drop(holder: Holder | Json[], key: string): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

/** What a change puts at its place; undefined takes away what is there. */
export function newValue({ act, pick }: Change, { type, field, holder, key }: Place): Json | undefined {
  if (act < 18) return type ? fitting(type, pick, field) : oddValue(pick);
  if (act < 23) return oddValue(pick);
  if (act < 27) return undefined;
  if (act < 28) return null;
  // Once more what stands beside it.
  const beside = Array.isArray(holder) ? holder[0] : getOwn(holder, key);
  return beside === undefined ? {} : structuredClone(beside);
}

const UNKNOWN_ACT = 29;
const HOSTILE_ACT = 30;

/** Changes `root`, which is the caller's own. */
export function applyChange(root: Holder, type: TypeDescription, one: Change): void {
  const place = placeOf(root, type, one.steps);
  const { holder, key } = place;
  if (one.act >= UNKNOWN_ACT && !Array.isArray(holder)) {
    const name = one.act >= HOSTILE_ACT ? pickOf(HOSTILE_KEYS, one.pick) : 'unknownField';
    setOwn(holder, name, oddValue(one.pick));
    return;
  }
  const value = newValue(one, place);
  if (value === undefined) drop(holder, key);
  else if (Array.isArray(holder) && one.act >= 28) holder.push(value);
  else put(holder, key, value);
}
