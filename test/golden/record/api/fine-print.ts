/** What few clients ask for, and a real server answers all the same. */
import type { WireStep } from '../../../support/wire-exchanges.ts';
import { accept, configMap, get, json, merge, post, put, strategic } from './steps.ts';

const MAPS = 'configmaps';
const POLICIES = '/apis/networking.k8s.io/v1/namespaces/$NS/networkpolicies';
const BAD_PREFIXES = ['A_B', 'a/b', 'a%b', '-', 'a-'];

/** Most kinds forget on a change what generateName may be. */
export const generateNames: readonly WireStep[] = [
  post(MAPS, configMap('a')),
  post(POLICIES, { metadata: { name: 'a' }, spec: { podSelector: {} } }),
  ...[`${MAPS}/a`, `${POLICIES}/a`, '/api/v1/namespaces/$NS'].flatMap((path) =>
    BAD_PREFIXES.map((generateName) => merge(`${path}?dryRun=All`, { metadata: { generateName } })),
  ),
  merge(`${MAPS}/a`, { metadata: { generateName: 'A/B', labels: { 'x y': 'z' } } }),
  merge('/api/v1/namespaces/$NS/status?dryRun=All', { metadata: { generateName: 'A_B' } }),
  put(`${MAPS}/a`, { metadata: { name: 'a', generateName: 'Bad_' } }),
];

const pod = (fields: string): string =>
  `{"metadata":{"name":"p"},"spec":{"automountServiceAccountToken":false,"containers":[{"name":"a"}]},${fields}}`;

/** A field that comes twice is read into what the first one left. */
export const repeatedFields: readonly WireStep[] = [
  ...[
    '{"metadata":{"name":"m1"},"metadata":{"labels":{"a":"b"}}}',
    '{"metadata":{"name":"m2","labels":{"x":"y"}},"metadata":{"name":"m3","labels":{"a":"b"}},' +
      '"data":{"a":"b"},"data":{"c":"d"}}',
    '{"metadata":{"name":"m4"},"metadata":null,"data":{"a":"b"},"data":null}',
    '{"metadata":{"name":"m5","name":null,"generateName":"x","generateName":""},"immutable":true,"immutable":null}',
    '{"metadata":{"name":"m6","finalizers":["a.b/c","a.b/d"],"finalizers":["a.b/e"]}}',
    '{"kind":"ConfigMap","kind":"Secret","metadata":{"name":"m7"}}',
    '{"metadata":{"name":"m8"},"data":{"a":"b","a":"c"},"nope":1,"nope":2}',
  ].flatMap((body) =>
    ['Ignore', 'Warn', 'Strict'].map((how) => post(`${MAPS}?dryRun=All&fieldValidation=${how}`, body)),
  ),
  ...[
    '"spec":{"containers":[{"image":"b"}]}',
    '"spec":{"containers":[{"image":"b"},{"name":"c","image":"d"}],"nodeSelector":{"a":"b"},"nodeSelector":{"c":"d"}}',
    '"spec":{"containers":[{"image":"b","resources":{"limits":{"cpu":1},"limits":{"cpu":2,"memory":"1Gi"}}}]}',
    '"spec":{"containers":[{"image":"b"}],"hostNetwork":true,"hostNetwork":null,' +
      '"securityContext":{"runAsUser":1},"securityContext":{"runAsGroup":2}}',
    '"spec":{"containers":null}',
  ].map((fields) => post('pods?dryRun=All', pod(fields))),
  post(MAPS, configMap('a', { k: 'v' })),
  put(`${MAPS}/a`, '{"metadata":{"name":"a"},"metadata":{"labels":{"a":"b"}}}'),
  merge(`${MAPS}/a`, '{"metadata":{"labels":{"c":"d"}},"metadata":{"labels":{"e":"f"}}}'),
];

/** Patches that leave no version. */
export const versionless: readonly WireStep[] = [
  post(MAPS, configMap('a', { k: 'v' })),
  ...['Ignore', 'Warn', 'Strict'].flatMap((how) => [
    ...[
      { apiVersion: '' },
      { apiVersion: null, x: 1, labels: {} },
      { apiVersion: '/' },
      { apiVersion: '', kind: '' },
      { apiVersion: '', kind: 'Pod' },
      { apiVersion: '', kind: 'Deployment' },
      { kind: '' },
    ].map((body) => merge(`${MAPS}/a?dryRun=All&fieldValidation=${how}`, body)),
    json(`${MAPS}/a?dryRun=All&fieldValidation=${how}`, [{ op: 'remove', path: '/apiVersion' }]),
    strategic(`${MAPS}/a?dryRun=All&fieldValidation=${how}`, { apiVersion: '' }),
  ]),
  post(POLICIES, { metadata: { name: 'a' }, spec: { podSelector: {} } }),
  ...['', 'Pod', 'NetworkPolicy', 'Ingress'].map((kind) =>
    merge(`${POLICIES}/a?fieldValidation=Strict`, { apiVersion: '', kind }),
  ),
];

const LISTS = [
  '/api/v1/nodes',
  '/api/v1/namespaces',
  '/api/v1/persistentvolumes',
  'secrets',
  '/apis/certificates.k8s.io/v1/certificatesigningrequests',
  '/apis/certificates.k8s.io/v1/clustertrustbundles',
  '/apis/certificates.k8s.io/v1/podcertificaterequests',
  '/apis/resource.k8s.io/v1/resourceslices',
  '/apis/storage.k8s.io/v1/storageclasses',
];

/** Not all kinds can be selected by their namespace. */
export const namespaceFields: readonly WireStep[] = LISTS.map((path) =>
  get(`${path}?fieldSelector=metadata.namespace%3Dx`),
);

/** Nothing else about a request matters where there is no such path. */
export const missingParts: readonly WireStep[] = [
  post(MAPS, configMap('a')),
  accept(`${MAPS}/a`, 'image/png'),
  accept(`${MAPS}/a/status`, 'image/png'),
  accept('pods/a/nope', 'image/png'),
  accept('pods/a/status/more', 'image/png'),
  accept('pods/a/status', 'image/png'),
  accept('/api/v1/pods/a/status', 'image/png'),
  get(`${MAPS}/a/status?timeout=x`),
  merge(`${MAPS}/a/status?dryRun=x`, {}, { headers: { Accept: 'image/png', 'Content-Type': 'x/y' } }),
];

/** Directives about the lists of a map, which has none. */
export const mapDirectives: readonly WireStep[] = [
  post(MAPS, configMap('a', { k: 'v' }, { labels: { k: 'v' } })),
  ...[
    { '$setElementOrder/k': ['a'] },
    { '$setElementOrder/k': 'x' },
    { '$setElementOrder/k': null },
    { '$setElementOrder/nope': ['a'] },
    { '$setElementOrder/nope': ['a'], nope: ['a'] },
    { '$setElementOrder/': ['a'] },
    { $retainKeys: ['nope'] },
    { '$deleteFromPrimitiveList/k': ['v'] },
  ].flatMap((map) => [
    strategic(`${MAPS}/a?dryRun=All`, { data: map }),
    strategic(`${MAPS}/a?dryRun=All`, { metadata: { labels: map } }),
  ]),
];
