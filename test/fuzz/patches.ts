/** PATCH of what exists: JSON patches, merge patches, strategic merge patches and server-side apply. */
import * as fc from 'fast-check';
import type { TypeDescription } from '../../server/schema/type-table.ts';
import { beginningOf, oneOf, partPath, seldom, writeQuery } from './bodies.ts';
import { applyChange, type Change, change, changes, newValue, placeOf } from './changes.ts';
import { type Part, partsWith } from './kinds.ts';
import type { FuzzRequest } from './request.ts';
import { type Json, pickOf } from './values.ts';

const CONTENT_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

type PatchType = keyof typeof CONTENT_TYPES;

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

const ODD_POINTERS = [
  '',
  '/',
  '/-',
  'metadata',
  '/metadata/-',
  '/metadata/labels/a~1b',
  '/metadata/labels/~2',
  '/spec/containers/-1',
  '/spec/containers/01',
  '/spec/containers/99999999999999999999',
  '/spec/containers/0/env/-',
  '/__proto__/polluted',
  '/metadata/__proto__/x',
  '/constructor/prototype/x',
  '//',
];

const OPERATIONS = ['replace', 'add', 'remove', 'test', 'add', 'replace', 'copy', 'move', 'x', ''];

/** One operation of a JSON patch, at a place of the object. */
function operationOf(part: Part, one: Change, index: number): Json {
  const place = placeOf(beginningOf(part), part.type, one.steps);
  const pointer = one.act === 31 ? pickOf(ODD_POINTERS, one.pick) : `/${place.path.map(escaped).join('/')}`;
  const op = pickOf(OPERATIONS, one.steps.length + index + one.pick);
  const operation: Record<string, Json> = { op, path: pointer };
  const value = newValue(one, place);
  if (op === 'copy' || op === 'move') operation.from = one.pick % 2 === 0 ? '/metadata/name' : '/spec';
  else if (op !== 'remove' && value !== undefined) operation.value = value;
  return operation;
}

/** Where lists have keys, items say which one they mean: the first of the object. */
function keyedItems(value: Json, type: TypeDescription, whole: Json | undefined): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const { name, type: of, list, patch } of type.fields) {
    const inner = Object.hasOwn(value, name) ? value[name] : undefined;
    const others = (whole as Record<string, Json> | undefined)?.[name];
    if (of.kind === 'struct' && of.struct && inner !== undefined) keyedItems(inner, of.struct, others);
    if (of.kind !== 'list' || !Array.isArray(inner)) continue;
    const item = inner[0];
    const known = Array.isArray(others) ? (others[0] as Record<string, Json> | undefined) : undefined;
    if (typeof item !== 'object' || item === null || Array.isArray(item) || !known) continue;
    for (const key of list?.merge === 'map' ? list.keys : patch?.key ? [patch.key] : [])
      if (!Object.hasOwn(item, key) && known[key] !== undefined) item[key] = known[key] as Json;
    if (of.of?.kind === 'struct' && of.of.struct) keyedItems(item, of.of.struct, known);
  }
}

/** A sparse object: only what the changes make. */
function sparse(part: Part, made: readonly Change[], begin: Record<string, Json>, keyed: boolean): Json {
  for (const one of made) applyChange(begin, part.type, one);
  if (keyed) keyedItems(begin, part.type, beginningOf(part));
  return begin;
}

const DIRECTIVES: readonly ((holder: Record<string, Json>) => void)[] = [
  (holder) => Object.assign(holder, { $patch: 'delete' }),
  (holder) => Object.assign(holder, { $patch: 'replace' }),
  (holder) => Object.assign(holder, { $patch: 'x' }),
  (holder) => Object.assign(holder, { $retainKeys: ['name'] }),
  (holder) => Object.assign(holder, { $retainKeys: 'name' }),
  (holder) => Object.assign(holder, { '$deleteFromPrimitiveList/finalizers': ['a'] }),
  (holder) => Object.assign(holder, { '$setElementOrder/containers': [{ name: 'main' }] }),
  (holder) => Object.assign(holder, { '$setElementOrder/finalizers': ['a', 'b'] }),
  (holder) => Object.assign(holder, { '$setElementOrder/ports': [{ port: 80 }, {}] }),
  (holder) => Object.assign(holder, { '$setElementOrder/x': 'a' }),
  (holder) => Object.assign(holder, { $unknown: null }),
];

/** Puts directives of strategic merge patches where a change points to. */
function direct(value: Json, part: Part, { steps, pick }: Change): void {
  const { holder } = placeOf(value as Record<string, Json>, part.type, steps);
  if (!Array.isArray(holder)) pickOf(DIRECTIVES, pick)(holder);
}

interface Recipe {
  readonly part: Part;
  readonly type: PatchType;
  readonly changes: readonly Change[];
  readonly directive: Change | undefined;
  readonly whole: boolean;
}

function bodyOf({ part, type, changes: made, directive, whole }: Recipe): Json {
  if (type === 'json') return made.map((one, index) => operationOf(part, one, index));
  if (type !== 'apply') {
    const body = sparse(part, made, {}, type === 'strategic');
    if (directive && type === 'strategic') direct(body, part, directive);
    return body;
  }
  const { apiVersion, kind, of } = part;
  const begin = { apiVersion, kind, metadata: { name: of.name } };
  return sparse(part, made, whole ? beginningOf(part) : begin, true);
}

const ODD_BODIES = [
  '',
  'null',
  '[]',
  '{}',
  '1',
  '"x"',
  '[null]',
  '[1]',
  '[{}]',
  '{',
  '[{"op":"add"}]',
  'a: [',
  '\u0000',
];

/** PATCH of an object or a subresource, in each of the four ways. */
export const patches: fc.Arbitrary<FuzzRequest> = fc
  .record({
    part: oneOf(partsWith('patch')),
    type: oneOf(['json', 'merge', 'strategic', 'apply'] as const),
    changes,
    directive: fc.option(change, { nil: undefined, freq: 3 }),
    whole: fc.boolean(),
    query: writeQuery,
    force: seldom('', ['true', 'false', 'x']),
    name: seldom<string | undefined>(undefined, ['none', 'Upper', '__proto__']),
    odd: seldom('usual', ODD_BODIES),
    contentType: seldom<string | undefined>(undefined, ['', 'application/json', 'application/apply-patch+cbor', 'x/y']),
  })
  .map((recipe) => {
    const { part, type, query, force, name, odd } = recipe;
    const manager =
      type === 'apply' && !query.some(([key]) => key === 'fieldManager') ? [['fieldManager', 'f'] as const] : [];
    return {
      about: part.subresource === '' ? part.of.id : `${part.of.id}/${part.subresource}`,
      method: 'PATCH',
      path: partPath(part, name),
      query: [...query, ...manager, ...(force === '' ? [] : [['force', force] as const])],
      contentType: recipe.contentType ?? CONTENT_TYPES[type],
      body: odd === 'usual' ? JSON.stringify(bodyOf(recipe)) : odd,
    };
  });
