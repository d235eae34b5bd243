/** Lists with selectors, limits, revisions and continue tokens; single objects in every form. */
import * as fc from 'fast-check';
import { oneOf, seldom } from './bodies.ts';
import { collectionPath, KINDS } from './kinds.ts';
import { type FuzzRequest, NEWEST, type Query } from './request.ts';
import { pickOf } from './values.ts';

const LABEL_FRAGMENTS = [
  'app',
  '=fuzz',
  '!=fuzz',
  '==',
  ' in (fuzz, a)',
  ' notin (b)',
  ',',
  '!',
  'tier',
  'example.com/a',
  '(',
  ')',
  'in',
  'notin',
  '>',
  '<1',
  '1',
  ' ',
  '__proto__',
  'é',
  '-',
  'x'.repeat(64),
  '/',
  '""',
  '\n',
];

const FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'spec.nodeName',
  'status.phase',
  'type',
  'involvedObject.name',
  'reason',
  'spec.unschedulable',
  'spec.signerName',
  'status.successful',
  'metadata.uid',
  '__proto__',
  '',
];

const FIELD_FRAGMENTS = ['=', '!=', '==', 'fuzz', ',', '\\,', '\\', ' ', 'none', '=,', ...FIELDS];

/** Fragments that make sense side by side more often than chance would have it. */
const labelSelector = fc.oneof(
  fc.array(oneOf(LABEL_FRAGMENTS), { maxLength: 6 }).map((parts) => parts.join('')),
  fc
    .array(
      fc.tuple(
        oneOf(['app', 'tier', 'none', '!app', 'a/b']),
        oneOf(['', '=fuzz', '!=a', ' in (fuzz)', '>1', ' notin ()']),
      ),
      {
        maxLength: 3,
      },
    )
    .map((terms) => terms.map((term) => term.join('')).join(',')),
);

const fieldSelector = fc.oneof(
  fc.array(oneOf(FIELD_FRAGMENTS), { maxLength: 5 }).map((parts) => parts.join('')),
  fc
    .array(fc.tuple(oneOf(FIELDS), oneOf(['=', '!=', '==']), oneOf(['fuzz', '', 'true', 'none'])), { maxLength: 2 })
    .map((terms) => terms.map((term) => term.join('')).join(',')),
);

const ACCEPTS = [
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
  'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
  'application/yaml',
  'text/plain',
  '*/*',
  'application/json;as=X;v=v1;g=meta.k8s.io',
];

const accept = fc.option(oneOf(ACCEPTS), { nil: undefined, freq: 4 });

const queryOf = (parameters: Readonly<Record<string, string>>): Query =>
  Object.entries(parameters).filter(([, value]) => value !== '');

const kind = oneOf(KINDS.filter(({ info }) => info.verbs.includes('list')));
const path = fc
  .tuple(kind, seldom('fuzz', ['none', 'default', 'Upper', '%00', '..']))
  .map(([of, namespace]) => ({ of, path: collectionPath(of, namespace) }));

/** GET of a collection, selected. */
export const selections: fc.Arbitrary<FuzzRequest> = fc
  .record({
    at: path,
    label: fc.option(labelSelector, { nil: '' }),
    field: fc.option(fieldSelector, { nil: '' }),
    accept,
  })
  .map(({ at, label, field, accept: form }) => ({
    about: at.of.id,
    method: 'GET',
    path: at.path,
    query: queryOf({ labelSelector: label, fieldSelector: field }),
    ...(form !== undefined && { accept: form }),
  }));

/** DELETE of a collection, selected; of which nothing may be left when it is no dry run. */
export const collectionDeletions: fc.Arbitrary<FuzzRequest> = fc
  .record({
    of: oneOf(KINDS.filter(({ info }) => info.namespaced && info.verbs.includes('deletecollection'))),
    label: fc.option(labelSelector, { nil: '' }),
    field: fc.option(fieldSelector, { nil: '' }),
    dryRun: oneOf(['All', '', 'x']),
    limit: seldom('', ['1', '-1', 'x']),
  })
  .map(({ of, label, field, dryRun, limit }) => ({
    about: of.id,
    method: 'DELETE',
    path: collectionPath(of),
    query: queryOf({ labelSelector: label, fieldSelector: field, dryRun, limit }),
  }));

const LIMITS = ['', '1', '2', '500', '0', '-1', 'x', '1.5', '9223372036854775808'];
const REVISIONS = ['', NEWEST, '0', 'x', '-1', '1.5', '18446744073709551616'];
const MATCHES = ['', 'Exact', 'NotOlderThan', 'x', 'exact'];

/** GET of a collection at revisions and in pages. */
export const pages: fc.Arbitrary<FuzzRequest> = fc
  .record({
    at: path,
    limit: oneOf(LIMITS),
    resourceVersion: oneOf(REVISIONS),
    resourceVersionMatch: oneOf(MATCHES),
    accept,
    selector: seldom('', ['app=fuzz', 'app in (']),
  })
  .map(({ at, accept: form, selector, ...parameters }) => ({
    about: at.of.id,
    method: 'GET',
    path: at.path,
    query: queryOf({ ...parameters, labelSelector: selector }),
    ...(form !== undefined && { accept: form }),
  }));

type Fields = Record<string, unknown>;

const EDITS: readonly ((fields: Fields) => void)[] = [
  () => undefined,
  (fields) => Object.assign(fields, { start: '' }),
  (fields) => Object.assign(fields, { start: '../../secrets/kube-system/a' }),
  (fields) => Object.assign(fields, { start: '/' }),
  (fields) => Object.assign(fields, { start: `${String(fields.start)}/../x` }),
  (fields) => Object.assign(fields, { start: 'a//b' }),
  (fields) => Object.assign(fields, { start: 'zzz' }),
  (fields) => Object.assign(fields, { start: 1 }),
  (fields) => Object.assign(fields, { rv: 0 }),
  (fields) => Object.assign(fields, { rv: -1 }),
  (fields) => Object.assign(fields, { rv: -2 }),
  (fields) => Object.assign(fields, { rv: '1' }),
  (fields) => Object.assign(fields, { rv: 1.5 }),
  (fields) => Object.assign(fields, { rv: 1e19 }),
  (fields) => Object.assign(fields, { v: 'v1' }),
  (fields) => Object.assign(fields, { v: null, rv: null }),
  (fields) => Object.assign(fields, { unknown: [] }),
  (fields) => delete fields.v,
  (fields) => delete fields.rv,
  (fields) => delete fields.start,
];

/** Changes what a token says, or the text itself. */
export function damageToken(token: string, edit: number, at: number): string {
  if (edit < EDITS.length) {
    let fields: Fields = { v: 'meta.k8s.io/v1', rv: -1, start: 'a\u0000' };
    if (token !== '') fields = JSON.parse(Buffer.from(token, 'base64url').toString()) as Fields;
    pickOf(EDITS, edit)(fields);
    return Buffer.from(JSON.stringify(fields)).toString('base64url');
  }
  const cut = at % Math.max(1, token.length);
  return pickOf(
    [
      token.slice(0, cut),
      `${token.slice(0, cut)}A${token.slice(cut + 1)}`,
      `${token}=`,
      `${token}A`,
      '!',
      'bnVsbA',
      'W10',
      'e30',
      `${token.slice(0, cut)}\u00e9${token.slice(cut)}`,
      token.repeat(2),
    ],
    edit,
  );
}

/** GET of a later page, with a token that may be damaged. */
export const continuations: fc.Arbitrary<FuzzRequest> = fc
  .record({
    at: path,
    limit: oneOf(['', '1', '2', 'x']),
    resourceVersion: seldom('', ['0', '1', 'x']),
    resourceVersionMatch: seldom('', ['Exact', 'NotOlderThan', 'x']),
    edit: fc.nat(EDITS.length + 9),
    cut: fc.nat(200),
    selector: seldom('', ['app=fuzz', 'x']),
  })
  .map(({ at, edit, cut, selector, ...parameters }) => ({
    about: at.of.id,
    method: 'GET',
    path: at.path,
    query: queryOf({ ...parameters, labelSelector: selector }),
    token: { damage: (token: string) => damageToken(token, edit, cut) },
  }));

/** GET of one object or of what it has. */
export const lookups: fc.Arbitrary<FuzzRequest> = fc
  .record({
    of: kind,
    subresource: seldom('', ['status', 'scale', 'x', '__proto__', 'approval']),
    name: oneOf(['', 'none', '__proto__', 'x'.repeat(300), '%2e%2e']),
    resourceVersion: seldom('', ['0', 'x', '-1']),
    accept,
  })
  .map(({ of, subresource, name, resourceVersion, accept: form }) => ({
    about: of.id,
    method: 'GET',
    path: `${collectionPath(of)}/${name === '' ? of.name : name}${subresource === '' ? '' : `/${subresource}`}`,
    query: queryOf({ resourceVersion }),
    ...(form !== undefined && { accept: form }),
  }));
