import * as fc from 'fast-check';
import { applyChange, type Change, changes } from './changes.ts';
import { collectionPath, type Part, partsWith, sampleOf } from './kinds.ts';
import type { FuzzRequest, Query } from './request.ts';
import { type Json, pickOf } from './values.ts';

const JSON_TYPE = 'application/json';

/** Once in a while a value other than the usual one. */
export function seldom<T>(usual: T, others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

export const oneOf = <T>(items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items);

/** Parameters of writes. */
export const writeQuery: fc.Arbitrary<Query> = fc
  .record({
    dryRun: fc.oneof(fc.constantFrom('', 'All'), seldom('All', ['', 'None'])),
    fieldValidation: fc.constantFrom('', 'Strict', 'Warn', 'Ignore'),
    fieldManager: seldom('', ['fuzz', 'kubectl', 'x'.repeat(129), 'new\nline']),
    pretty: seldom('', ['true', 'x']),
  })
  .map((parameters) => Object.entries(parameters).filter(([, value]) => value !== ''));

/** How often the text of a body is no longer what it was: hardly ever, or nothing else would be tried. */
const damage: fc.Arbitrary<number> = fc.oneof(
  { weight: 20, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.nat(1000) },
);

function damaged(text: string, at: number): string {
  if (at === 0) return text;
  const cut = at % Math.max(1, text.length);
  return pickOf(
    [
      () => text.slice(0, cut),
      () => text.slice(0, cut) + text.slice(cut + 1),
      () => `${text.slice(0, -1)},"metadata":{}}`,
      () => `${text} x`,
      () => `[${text}]`,
      () => '',
      () => text.replace('"', '"\u0001'),
      () => text.replace(/"(\w+)":/, '"$1":null,"$1":'),
    ],
    at,
  )();
}

const contentType = seldom(JSON_TYPE, ['application/yaml', 'text/plain', '', 'application/json; charset=utf-8', 'x']);

const NEW_NAMES = ['fuzz-new', 'fuzz', 'none', 'Upper', '-', 'a.b', ''];

/** What a part's body looks like before anything is changed. */
export function beginningOf(part: Part): Record<string, Json> {
  const { of, subresource, kind, apiVersion, type } = part;
  if (type === of.info.type) return sampleOf(of);
  const body: Record<string, Json> = { apiVersion, kind, metadata: { name: of.name } };
  if (subresource === 'scale') body.spec = { replicas: 1 };
  if (subresource === 'binding') body.target = { kind: 'Node', name: 'fuzz-node' };
  return body;
}

function changedBody(part: Part, made: readonly Change[], scratch: boolean, name?: string): Record<string, Json> {
  const body = scratch ? { apiVersion: part.apiVersion, kind: part.kind, metadata: {} } : beginningOf(part);
  if (name !== undefined) body.metadata = { ...(body.metadata as Record<string, Json>), name };
  for (const one of made) applyChange(body, part.type, one);
  return body;
}

const aboutOf = ({ of, subresource }: Part): string => (subresource === '' ? of.id : `${of.id}/${subresource}`);

/** The path of the one that exists, or of what it has. */
export function partPath({ of, subresource }: Part, name = of.name): string {
  const object = `${collectionPath(of)}/${name}`;
  return subresource === '' ? object : `${object}/${subresource}`;
}

/** POST of objects and subresources. */
export const creations: fc.Arbitrary<FuzzRequest> = fc
  .record({
    part: oneOf(partsWith('create')),
    changes,
    scratch: seldom(false, [true]),
    name: oneOf(NEW_NAMES.slice(0, 2)).chain((usual) => seldom(usual, NEW_NAMES)),
    query: writeQuery,
    damage,
    contentType,
  })
  .map(({ part, changes: made, scratch, name, query, damage: at, contentType: type }) => ({
    about: aboutOf(part),
    method: 'POST',
    path: part.subresource === '' ? collectionPath(part.of) : partPath(part),
    query,
    contentType: type,
    body: damaged(JSON.stringify(changedBody(part, made, scratch, nameOf(part, name))), at),
  }));

/** Kinds whose names follow rules of their own keep that of the sample. */
function nameOf({ of, subresource }: Part, name: string): string {
  if (subresource !== '') return of.name;
  return of.name === 'fuzz' ? name : of.name.replace('fuzz', name === 'fuzz-new' ? 'fuzz-new' : 'fuzz');
}

const ODD_NAMES = ['none', 'fuzz-new', '..', 'a%2Fb', '%00', 'Upper', 'x'.repeat(300), '%F0%9F%98%80', '__proto__'];

/** PUT: of what is there with changes, or of another body. */
export const updates: fc.Arbitrary<FuzzRequest> = fc
  .record({
    part: oneOf(partsWith('update')),
    changes,
    isLive: seldom(true, [false]),
    name: seldom<string | undefined>(undefined, ODD_NAMES),
    query: writeQuery,
    damage,
    contentType,
  })
  .map(({ part, changes: made, isLive, name, query, damage: at, contentType: type }) => ({
    about: aboutOf(part),
    method: 'PUT',
    path: partPath(part, name),
    query,
    contentType: type,
    body:
      isLive && at === 0
        ? { type: part.type, changes: made }
        : damaged(JSON.stringify(changedBody(part, made, false)), at),
  }));

const PROPAGATIONS = ['', 'Background', 'Foreground', 'Orphan', 'x'];

/** DELETE of one object, with options in the query or the body. */
export const deletions: fc.Arbitrary<FuzzRequest> = fc
  .record({
    part: oneOf(partsWith('delete').filter(({ subresource }) => subresource === '')),
    name: seldom<string | undefined>(undefined, ODD_NAMES),
    dryRun: oneOf(['', 'All']),
    options: fc.record(
      {
        kind: seldom('DeleteOptions', ['', 'Pod']),
        apiVersion: seldom('v1', ['', 'x', 'meta.k8s.io/v1']),
        propagationPolicy: oneOf(PROPAGATIONS),
        gracePeriodSeconds: oneOf<Json>([0, 1, -1, 'x', 1e20, null]),
        orphanDependents: oneOf<Json>([true, false, null, 'x']),
        preconditions: oneOf<Json>([{}, { uid: 'x' }, { resourceVersion: '1' }, [], null]),
        dryRun: oneOf<Json>([['All'], ['x'], 'All', []]),
        unknown: oneOf<Json>([1, null]),
      },
      { requiredKeys: [] },
    ),
    hasBody: fc.boolean(),
    damage,
    contentType,
  })
  .map(({ part, name, dryRun, options, hasBody, damage: at, contentType: type }) => ({
    about: aboutOf(part),
    method: 'DELETE',
    path: partPath(part, name),
    query: dryRun === '' ? [] : [['dryRun', dryRun] as const],
    ...(hasBody && { contentType: type, body: damaged(JSON.stringify(options), at) }),
  }));
