import { NAMESPACE, type Step } from '../../../support/exchanges.ts';
import type { Conversion, Json, Twist } from '../../../support/webhooks/conversion-server.ts';
import type { Act, ConversionCase } from './conversion-case.ts';

const GROUP = `${NAMESPACE}.example.com`;
const DEFINITION = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gizmos.${GROUP}`;

const path = (version: string, name = ''): string =>
  `/apis/${GROUP}/${version}/namespaces/${NAMESPACE}/gizmos${name === '' ? '' : `/${name}`}`;

function gizmo(version: string, name: string, spec: Json = {}, metadata: Json = {}): object {
  return { apiVersion: `${GROUP}/${version}`, kind: 'Gizmo', metadata: { name, ...metadata }, spec };
}

const create = (version: string, name: string, spec: Json = {}, metadata: Json = {}): Step => ({
  method: 'POST',
  path: path(version),
  body: gizmo(version, name, spec, metadata),
});
const get = (version: string, name = ''): Step => ({ method: 'GET', path: path(version, name) });
const merge = (version: string, name: string, body: object): Step => ({
  method: 'PATCH',
  path: path(version, name),
  body,
});
const webhook = (behaviour: Conversion): Act => ({ webhook: behaviour });

/** What a webhook answers that changes `a`, which was stored as v1, to v2. */
const answered = (name: string, behaviour: Conversion): ConversionCase => ({
  name,
  acts: [
    create('v1', 'a', { size: 3 }, { labels: { tier: 'one' }, annotations: { note: 'x' } }),
    webhook(behaviour),
    get('v2', 'a'),
    create('v2', 'b', { length: 4 }),
  ],
});

const inMeta =
  (change: Json): Twist =>
  (object) => ({ ...object, metadata: { ...(object.metadata as Json), ...change } });

const verbs: ConversionCase = {
  name: 'every verb in the version that is not stored',
  acts: [
    create('v2', 'a', { length: 3 }, { labels: { tier: 'one' } }),
    get('v1', 'a'),
    get('v2', 'a'),
    get('v2'),
    create('v1', 'b', { size: 5 }),
    get('v2'),
    { ...get('v2'), table: true },
    { method: 'GET', path: `${path('v2')}?fieldSelector=spec.length=5` },
    { method: 'GET', path: `${path('v2')}?limit=1&labelSelector=tier=one` },
    { method: 'PUT', path: path('v2', 'b'), body: gizmo('v2', 'b', { length: 6 }) },
    merge('v2', 'b', { spec: { length: 7 } }),
    { ...merge('v2', 'b', [{ op: 'test', path: '/spec/length', value: 7 }] as object) },
    { ...merge('v2', 'b', gizmo('v2', 'b', { length: 8 })), path: `${path('v2', 'b')}?fieldManager=me`, apply: true },
    {
      ...merge('v2', 'b', gizmo('v2', 'b', { length: 8 })),
      path: `${path('v2', 'b')}?fieldManager=me&force=true`,
      apply: true,
      managers: true,
    },
    { ...merge('v1', 'b', gizmo('v1', 'b', { size: 9 })), path: `${path('v1', 'b')}?fieldManager=me`, apply: true },
    { ...merge('v1', 'b', gizmo('v1', 'b', { size: 9 })), path: `${path('v1', 'b')}?fieldManager=you`, apply: true },
    { ...merge('v2', 'c', gizmo('v2', 'c', { length: 1 })), path: `${path('v2', 'c')}?fieldManager=me`, apply: true },
    merge('v2', 'c/status', { status: { ready: 2 } }),
    get('v1', 'c/status'),
    get('v2', 'c/scale'),
    merge('v2', 'c/scale', { spec: { replicas: 5 } }),
    { ...get('v1', 'c'), managers: true },
    { ...get('v2', 'c'), managers: true },
    { method: 'DELETE', path: path('v2', 'c') },
    { method: 'DELETE', path: `${path('v2')}?labelSelector=tier=one` },
    get('v1'),
    { ...create('v2', 'd', { length: 4 }), path: `${path('v2')}?dryRun=All` },
    create('v2', 'e', { length: 'long' }),
    merge('v2', 'b', { spec: { length: 'long' } }),
  ],
};

const unreachable: ConversionCase = {
  name: 'a webhook that is gone',
  acts: [
    create('v1', 'a', { size: 3 }),
    create('v2', 'b', { length: 3 }),
    get('v2'),
    { stop: true },
    get('v1', 'a'),
    get('v1'),
    get('v2', 'a'),
    create('v1', 'c', { size: 3 }),
    create('v2', 'd', { length: 3 }),
    { ...create('v2', 'd', { length: 3 }), path: `${path('v2')}?dryRun=All` },
    { method: 'PUT', path: path('v2', 'a'), body: gizmo('v2', 'a', { length: 6 }) },
    merge('v2', 'a', { spec: { length: 7 } }),
    { ...merge('v2', 'e', gizmo('v2', 'e', { length: 1 })), path: `${path('v2', 'e')}?fieldManager=me`, apply: true },
    { method: 'DELETE', path: path('v2', 'a') },
    get('v1'),
    { method: 'DELETE', path: path('v1', 'a') },
  ],
};

const storedIn = (version: string) => [
  { op: 'replace', path: '/spec/versions/0/storage', value: version === 'v1' },
  { op: 'replace', path: '/spec/versions/1/storage', value: version === 'v2' },
];

const migrated: ConversionCase = {
  name: 'objects that were stored before the stored version changed',
  acts: [
    create('v1', 'a', { size: 3 }),
    { method: 'PATCH', path: DEFINITION, body: storedIn('v2'), without: ['conditions', 'versions', 'conversion'] },
    get('v2', 'a'),
    get('v1', 'a'),
    merge('v2', 'a', {}),
    merge('v1', 'a', { metadata: { labels: { a: 'b' } } }),
    get('v1'),
    {
      method: 'PATCH',
      path: `${DEFINITION}/status`,
      body: { status: { storedVersions: ['v2'] } },
      without: ['conditions', 'versions', 'conversion'],
    },
    { stop: true },
    get('v2', 'a'),
    get('v1', 'a'),
  ],
};

const OTHER_VERSIONS = { conversionReviewVersions: ['v1beta1'] };

export const cases: readonly ConversionCase[] = [
  verbs,
  unreachable,
  migrated,
  { ...answered('reviews of v1beta1', {}), webhook: OTHER_VERSIONS },
  { ...answered('reviews of v1beta1 without a uid', { response: { uid: 'other' } }), webhook: OTHER_VERSIONS },
  { ...answered('reviews of versions nobody knows', {}), webhook: { conversionReviewVersions: ['v9', 'v1'] } },
  {
    ...answered('no certificate', {}),
    webhook: { clientConfig: { url: 'https://127.0.0.1:$PORT/other', caBundle: undefined } },
  },
  {
    ...answered('a service that is not there', {}),
    webhook: { clientConfig: { url: undefined, service: { namespace: NAMESPACE, name: 'none', path: '/convert' } } },
  },
  answered('failure with a message', { response: { result: { status: 'Failure', message: 'cannot do that' } } }),
  answered('failure without a message', { response: { result: { status: 'Failure' } } }),
  answered('no result', { response: { result: undefined } }),
  answered('another uid', { response: { uid: 'other' } }),
  answered('no response', { review: { response: undefined } }),
  answered('another kind of review', { review: { kind: 'AdmissionReview' } }),
  answered('another group of review', { review: { apiVersion: 'admission.k8s.io/v1' } }),
  answered('another version of review', { review: { apiVersion: 'apiextensions.k8s.io/v1beta1' } }),
  answered('no kind of review', { review: { kind: undefined, apiVersion: undefined } }),
  answered('a list of reviews', { page: { status: 200, type: 'application/json', body: '[]' } }),
  answered('a result of another type', { response: { result: 'Success' } }),
  answered('objects of another type', { response: { convertedObjects: {} } }),
  answered('no objects', { objects: () => [] }),
  answered('objects missing', { response: { convertedObjects: undefined } }),
  answered('too many objects', { objects: (all) => [...all, ...all] }),
  answered('an object that is a text', { objects: () => ['x'] }),
  answered('an object that is null', { objects: () => [null] }),
  answered('an object without kind', { twist: ({ kind: _kind, ...object }) => object }),
  answered('an object of another version', { twist: (object) => ({ ...object, apiVersion: `${GROUP}/v3` }) }),
  answered('an object of the same version', { twist: (object) => ({ ...object, apiVersion: `${GROUP}/v1` }) }),
  answered('an object without version', { twist: ({ apiVersion: _version, ...object }) => object }),
  answered('an object of another kind', { twist: (object) => ({ ...object, kind: 'Widget' }) }),
  answered('another name', { twist: inMeta({ name: 'other' }) }),
  answered('no name', { twist: inMeta({ name: undefined }) }),
  answered('another namespace', { twist: inMeta({ namespace: 'other' }) }),
  answered('another uid of the object', { twist: inMeta({ uid: 'other' }) }),
  answered('no metadata', { twist: ({ metadata: _metadata, ...object }) => object }),
  answered('metadata of another type', { twist: (object) => ({ ...object, metadata: 'x' }) }),
  answered('labels and annotations changed', { twist: inMeta({ labels: { a: 'b' }, annotations: undefined }) }),
  answered('labels of another type', { twist: inMeta({ labels: ['a'] }) }),
  answered('a label that is a number', { twist: inMeta({ labels: { a: 5 } }) }),
  answered('a label that is an object', { twist: inMeta({ labels: { a: {} } }) }),
  answered('a label that is no label', { twist: inMeta({ labels: { 'a b': 'c d' } }) }),
  answered('an annotation that is no annotation', { twist: inMeta({ annotations: { 'a b': 'c d' } }) }),
  answered('other metadata changed', { twist: inMeta({ finalizers: ['a.b/c'], generation: 7, resourceVersion: '1' }) }),
  answered('fields that the schema does not have', {
    twist: (object) => ({ ...object, extra: 1, spec: { ...(object.spec as Json), extra: 1 } }),
  }),
  answered('values that break the schema', { twist: (object) => ({ ...object, spec: { length: -5, size: -5 } }) }),
  answered('values of other types', { twist: (object) => ({ ...object, spec: { length: 'x', size: 'x' } }) }),
  answered('an error page', { page: { status: 500, body: 'no' } }),
  answered('not found', { page: { status: 404, body: 'no' } }),
  answered('a Status', {
    page: {
      status: 409,
      type: 'application/json',
      body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'no', code: 409 }),
    },
  }),
  answered('an empty page', { page: { status: 200, type: 'application/json', body: '' } }),
  answered('a page', { page: { status: 200, body: '<html>' } }),
  answered('half an answer', { fault: 'half' }),
  answered('a closed connection', { fault: 'close' }),
];
