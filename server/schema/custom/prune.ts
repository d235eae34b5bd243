/**
 * From a request's object to the one that is kept: fields that the schema does not know are dropped, as are nulls that
 * it does not allow, and embedded metadata takes its type's form (apiextensions-apiserver: schema/pruning,
 * schema/defaulting/prunenulls.go, schema/objectmeta). Keys come sorted, as Go prints maps.
 */
import { setOwn } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { DecodeError } from '../decode-error.ts';
import { decodeMetadata } from './embedded-metadata.ts';
import { fieldSchema, META_FIELDS, type Structural } from './structural.ts';
import type { JsonObject } from './value-kinds.ts';
import { ValuePath } from './value-path.ts';

export interface Pruned {
  /** New, and free to be changed. */
  readonly value: Record<string, unknown>;
  /** Paths of what was dropped because nothing describes it, each list sorted. */
  readonly unknownFields: readonly string[];
}

/** A walk through one object. */
interface Walk {
  readonly path: ValuePath;
  readonly dropped: string[];
  readonly droppedOfMetadata: string[];
}

/** How a part of the schema treats what it does not know. */
type Mode = 'prune' | 'keep';

/**
 * @param object an object of a custom resource; its own metadata is left as it is
 * @throws DecodeError when an embedded resource has a kind, an apiVersion or metadata of the wrong type
 */
export function prune(object: JsonObject, structural: Structural): Pruned {
  const walk: Walk = { path: new ValuePath(), dropped: [], droppedOfMetadata: [] };
  const value = pruneObject(object, structural, structural.preservesUnknownFields ? 'keep' : 'prune', walk, true);
  return { value, unknownFields: [...walk.dropped.sort(), ...walk.droppedOfMetadata.sort()] };
}

function pruneValue(value: unknown, structural: Structural | undefined, mode: Mode, walk: Walk): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const inner = structural?.preservesUnknownFields ? 'keep' : mode;
  if (Array.isArray(value)) {
    const output: unknown[] = [];
    for (let i = 0; i < value.length; i++) {
      walk.path.push(i);
      output.push(pruneValue(value[i], structural?.items, inner === 'keep' && structural ? 'keep' : 'prune', walk));
      walk.path.pop();
    }
    return output;
  }
  return pruneObject(value as JsonObject, structural, inner, walk, false);
}

function pruneObject(
  object: JsonObject,
  structural: Structural | undefined,
  mode: Mode,
  walk: Walk,
  isRoot: boolean,
): Record<string, unknown> {
  const output: Record<string, unknown> = {};
  const keepsMeta = isRoot || structural?.isEmbeddedResource === true;
  for (const name of sortedKeys(object)) {
    const value = object[name];
    if (keepsMeta && META_FIELDS.has(name)) {
      setOwn(output, name, isRoot ? value : embeddedField(name, value, walk));
      continue;
    }
    const field = structural && fieldSchema(structural, name);
    const isKnown = field !== undefined || structural?.additionalProperties !== undefined;
    if (isKnown && structural) {
      if (value === null && field && !field.nullable && field.defaultValue === undefined) continue;
      walk.path.push(name);
      setOwn(output, name, pruneValue(value, field, 'prune', walk));
      walk.path.pop();
    } else if (mode === 'keep') setOwn(output, name, sortedCopy(value));
    else {
      walk.path.push(name);
      walk.dropped.push(walk.path.text());
      walk.path.pop();
    }
  }
  return output;
}

/** A copy of what no schema describes. */
function sortedCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sortedCopy);
  const output: Record<string, unknown> = {};
  for (const name of sortedKeys(value as JsonObject)) setOwn(output, name, sortedCopy((value as JsonObject)[name]));
  return output;
}

function sortedKeys(object: JsonObject): readonly string[] {
  const keys = Object.keys(object);
  for (let i = 1; i < keys.length; i++) if ((keys[i - 1] as string) > (keys[i] as string)) return keys.sort();
  return keys;
}

/** Fields of an embedded resource that every resource has. */
function embeddedField(name: string, value: unknown, walk: Walk): unknown {
  walk.path.push(name);
  const path = walk.path.text();
  walk.path.pop();
  if (name !== 'metadata') {
    if (typeof value !== 'string') throw new DecodeError(`${path}: Invalid value: ${shown(value)}: must be a string`);
    return value;
  }
  try {
    const { metadata, unknownFields } = decodeMetadata(value);
    walk.droppedOfMetadata.push(...unknownFields.map((field) => `${path}.${field}`));
    return metadata;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new DecodeError(`${path}: Invalid value: ${shown(value)}: ${error.message}`);
  }
}

const shown = (value: unknown): string => (typeof value === 'string' ? goQuote(value) : JSON.stringify(value ?? null));

/** Whether pruning would change a value: upstream wants defaults that it would not. */
export function hasUnknownFields(value: unknown, structural: Structural): boolean {
  const walk: Walk = { path: new ValuePath(), dropped: [], droppedOfMetadata: [] };
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) pruneValue(value, structural, 'prune', walk);
  else {
    const mode = structural.preservesUnknownFields ? 'keep' : 'prune';
    pruneObject(value as JsonObject, structural, mode, walk, structural.isEmbeddedResource);
  }
  return walk.dropped.length > 0;
}
