/**
 * The fields of a new object as text of FieldsV1. Creations are the most frequent writes and have nothing to compare
 * with but the zero value, so their sets are written directly, without building trees first.
 */
import { deepEqual } from '../../base/freeze.ts';
import type { TypeDescription } from '../type-table.ts';
import type { FieldsV1 } from './fields-v1.ts';
import { isLeaf } from './fields-v1.ts';
import { entryJson, keyStep, presentParts, type Shape, shapeFor } from './shapes.ts';

const LEAF = '{}';
const ITSELF = '".":{}';

interface Entry {
  readonly step: string;
  readonly json: string;
  readonly value: unknown;
}

/** The parts of a list or map in the order of sets. A value of another type has none: validation will refuse it. */
function entriesOf(value: unknown, shape: Shape): readonly Entry[] {
  const entries: Entry[] = [];
  if (shape.kind === 'map' ? typeof value !== 'object' || Array.isArray(value) : !Array.isArray(value)) return entries;
  if (shape.kind === 'map') {
    // Maps are sorted already.
    for (const key of Object.keys(value as object))
      entries.push({ step: key, json: entryJson(key), value: (value as Record<string, unknown>)[key] });
    return entries;
  }
  if (shape.kind === 'set') {
    for (const item of value as unknown[]) {
      const step = `v:${JSON.stringify(item)}`;
      entries.push({ step, json: JSON.stringify(step), value: null });
    }
  } else if (shape.kind === 'keyed') {
    for (const item of value as unknown[]) {
      const { text, json } = keyStep(item, shape);
      entries.push({ step: text, json, value: item });
    }
  }
  return sorted(entries);
}

/** Of parts with the same key the last one counts. */
function sorted(entries: Entry[]): readonly Entry[] {
  for (let i = 1; i < entries.length; i++) {
    if ((entries[i - 1] as Entry).step < (entries[i] as Entry).step) continue;
    const inOrder = entries.sort((a, b) => (a.step < b.step ? -1 : a.step > b.step ? 1 : 0));
    return inOrder.filter((entry, at) => entry.step !== inOrder[at + 1]?.step);
  }
  return entries;
}

/** Everything in a value, the value itself included. */
function allText(value: unknown, described: Shape): string {
  const shape = shapeFor(described, value);
  if (value === null || shape.kind === 'leaf') return LEAF;
  let text = '';
  if (shape.kind === 'struct') {
    for (const { name, key, shape: inner } of presentParts(value as object, shape.type)) {
      const part = (value as Record<string, unknown>)[name];
      if (part !== undefined) text += `,${key}:${allText(part, inner())}`;
    }
  } else {
    const of = shape.kind === 'map' || shape.kind === 'keyed' ? shape.of : undefined;
    for (const { json, value: item } of entriesOf(value, shape)) text += `,${json}:${of ? allText(item, of) : LEAF}`;
  }
  return text === '' ? LEAF : `{${ITSELF}${text}}`;
}

/** Texts of frozen structs: many objects share them. */
const known = new WeakMap<object, string>();

/** What `after` adds to a zero value, or '' for nothing. */
function addedText(before: unknown, after: unknown, shape: Shape, skip: FieldsV1 | undefined): string {
  if (skip !== undefined || shape.kind !== 'struct' || !Object.isFrozen(after))
    return freshText(before, after, shape, skip);
  let text = known.get(after as object);
  if (text === undefined) {
    text = freshText(before, after, shape, skip);
    known.set(after as object, text);
  }
  return text;
}

function freshText(before: unknown, after: unknown, described: Shape, skip: FieldsV1 | undefined): string {
  const shape = shapeFor(described, before, after);
  if (shape.kind === 'leaf') return deepEqual(before, after) ? '' : LEAF;
  let text = '';
  if (shape.kind === 'struct') {
    const [left, right] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>];
    for (const { name, step, key, shape: inner } of presentParts(right, shape.type)) {
      const [zero, part] = [left[name], right[name]];
      if (part === undefined || part === zero) continue;
      const skipped = skip?.[step];
      if (skipped && isLeaf(skipped)) continue;
      const own = zero === undefined ? allText(part, inner()) : addedText(zero, part, inner(), skipped);
      if (own !== '') text += `,${key}:${own}`;
    }
  } else if (after !== null) {
    const of = shape.kind === 'map' || shape.kind === 'keyed' ? shape.of : undefined;
    for (const { json, value } of entriesOf(after, shape)) text += `,${json}:${of ? allText(value, of) : LEAF}`;
  }
  return text === '' ? '' : `{${text.slice(1)}}`;
}

/**
 * @param zero the zero value of the type: its lists and maps are empty
 * @param skip fields that are not looked at, nor what is below them
 * @returns FieldsV1 as JSON; undefined when the object adds nothing
 * @example
 * addedFields({ data: { a: '1' } }, {}, configMap, {}) // '{"f:data":{".":{},"f:a":{}}}'
 */
export function addedFields(object: object, zero: object, type: TypeDescription, skip: FieldsV1): string | undefined {
  const text = addedText(zero, object, { kind: 'struct', type }, skip);
  return text === '' ? undefined : text;
}
