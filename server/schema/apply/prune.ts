/** Takes fields out that an applier has set before and does not set any more: structured-merge-diff's Updater.prune. */
import { setOwn } from '../../base/freeze.ts';
import type { TypeDescription } from '../type-table.ts';
import { fieldSetOf } from './field-set.ts';
import { difference, type FieldsV1, intersection, isLeaf, isMember, leaf, setOf, union } from './fields-v1.ts';
import { keyStep, LEAF_SHAPE, type Shape, setStep, shapeBehind, shapeFor } from './shapes.ts';

/** A value in some version, with the type that it has there. */
export interface Versioned {
  readonly value: object;
  readonly type: TypeDescription;
}

const holds = (set: FieldsV1, step: string): boolean => Object.hasOwn(set, step) && isMember(set[step] as FieldsV1);

/** What a set holds below a step; undefined when that is nothing. */
function below(set: FieldsV1, step: string): FieldsV1 | undefined {
  const inner = Object.hasOwn(set, step) ? set[step] : undefined;
  if (inner === undefined) return undefined;
  for (const key in inner) if (key !== '.') return inner;
  return undefined;
}

/** Go knows no empty containers here: what loses everything is null. */
function withoutItems(value: unknown, items: FieldsV1, described: Shape): unknown {
  const shape = shapeFor(described, value);
  if (shape.kind === 'leaf') return typeof value === 'object' ? null : value;
  if (typeof value !== 'object' || value === null) return null;
  if (Array.isArray(value)) {
    const kept: unknown[] = [];
    for (const item of value) {
      const step = shape.kind === 'keyed' ? keyStep(item, shape).text : setStep(item);
      if (holds(items, step)) continue;
      const inner = below(items, step);
      kept.push(inner ? withoutItems(item, inner, shapeBehind(shape, step) ?? LEAF_SHAPE) : item);
    }
    return kept.length > 0 ? kept : null;
  }
  const kept: Record<string, unknown> = {};
  let count = 0;
  for (const [key, part] of Object.entries(value)) {
    const step = `f:${key}`;
    if (holds(items, step)) continue;
    const inner = below(items, step);
    setOwn(kept, key, inner ? withoutItems(part, inner, shapeBehind(shape, step) ?? LEAF_SHAPE) : part);
    count++;
  }
  return count > 0 ? kept : null;
}

/** The value without the fields, items and entries of a set, each with everything in it (RemoveItems). */
function without({ value, type }: Versioned, items: FieldsV1 | undefined): Versioned {
  if (items === undefined) return { value, type };
  return { value: (withoutItems(value, items, { kind: 'struct', type }) ?? {}) as object, type };
}

/** A set in which every field of a struct that leads to a member is one (EnsureNamedFieldsAreMembers). */
function withNamedFields(set: FieldsV1 | undefined, shape: Shape | undefined): FieldsV1 | undefined {
  if (set === undefined || isLeaf(set)) return set;
  const parts = new Map<string, FieldsV1>();
  for (const step in set) {
    if (step === '.') continue;
    const behind = shape && shapeBehind(shape, step);
    const inner = withNamedFields(set[step], behind) as FieldsV1;
    const isNamed = shape?.kind === 'struct' && behind !== undefined && !isLeaf(inner);
    parts.set(step, isNamed ? (union(leaf(), inner) as FieldsV1) : inner);
  }
  return setOf(isMember(set), parts);
}

const named = (set: FieldsV1 | undefined, type: TypeDescription): FieldsV1 | undefined =>
  withNamedFields(set, { kind: 'struct', type });

const everything = ({ value, type }: Versioned): FieldsV1 | undefined => named(fieldSetOf(value, type), type);

/** Converts a value; undefined for versions that are not served any more. */
export type ToVersion = (value: Versioned, apiVersion: string) => Versioned | undefined;

export interface PruneRequest {
  /** What the applier owned before. */
  readonly last: { readonly apiVersion: string; readonly fields: FieldsV1 };
  /** What all managers own now, the applier's new fields included, by version. */
  readonly managed: ReadonlyMap<string, FieldsV1>;
  readonly toVersion: ToVersion;
  /** The version of the request. */
  readonly apiVersion: string;
}

/** Fields that were pruned too, but belong to somebody, are put back. */
function withOwned(merged: Versioned, pruned: Versioned, request: PruneRequest): Versioned {
  const { managed, toVersion, last } = request;
  const versions = [last.apiVersion, ...[...managed.keys()].filter((version) => version !== last.apiVersion)];
  let [whole, part] = [merged, pruned];
  for (const version of versions) {
    const owned = managed.get(version);
    const [wholeThere, partThere] = [toVersion(whole, version), toVersion(part, version)];
    if (!owned || !wholeThere || !partThere) continue;
    whole = wholeThere;
    const kept = union(everything(partThere), named(owned, whole.type));
    part = without(whole, difference(everything(whole), kept));
  }
  return part;
}

/**
 * @param merged in the version of the request
 * @returns in the same version
 */
export function prune(merged: Versioned, request: PruneRequest): Versioned {
  const { last, toVersion, apiVersion } = request;
  const before = toVersion(merged, last.apiVersion);
  if (!before) return merged;
  const lastFields = named(last.fields, before.type);
  const kept = toVersion(withOwned(before, without(before, lastFields), request), last.apiVersion);
  if (!kept) return merged;
  // What nobody owned, or only updaters, stays.
  const gone = intersection(difference(everything(before), everything(kept)), lastFields);
  return toVersion(without(before, gone), apiVersion) ?? merged;
}
