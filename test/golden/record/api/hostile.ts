/** Requests of clients that do not know better, or mean harm. */
import type { WireStep } from '../../../support/wire-exchanges.ts';
import { configMap, get, json, merge, post, put, remove, strategic, typed } from './steps.ts';

const MAPS = 'configmaps';
const YAML = 'application/yaml';
const proto = '{"metadata":{"name":"proto","labels":{"__proto__":"a"}},"data":{"__proto__":"x","constructor":"y"}}';
const nest = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

export const bodies: readonly WireStep[] = [
  ...['', ' ', '{', '{"a"', '{"a":}', '[1]', '"text"', '3', 'true', 'null', 'nope', '{} {}', '{}x'].map((text) => post(MAPS, text)),
  post(MAPS, '{"metadata":{"name":"cut"'),
  post(MAPS, '{"metadata":{"name":"a\nb"}}'),
  post(MAPS, { metadata: 'text' }),
  post(MAPS, { metadata: { name: 3 } }),
  post(MAPS, { metadata: { name: 'n', labels: { a: 1 } } }),
  post(MAPS, { metadata: { name: 'n' }, data: ['a'] }),
  post(MAPS, { metadata: { name: 'n' }, data: { a: { b: 1 } } }),
  post(MAPS, { metadata: { name: 'n' }, immutable: 'yes' }),
  post(MAPS, { metadata: { name: 'n', generation: 1.5 } }),
  post(MAPS, '{"metadata":{"name":"n","generation":1e400}}'),
  post(MAPS, '{"metadata":{"name":"n","generation":99999999999999999999}}'),
  post(MAPS, '{"metadata":{"name":"n","generation":-1}}'),
  post(MAPS, { kind: 'Secret', apiVersion: 'v1', metadata: { name: 'n' } }),
  post(MAPS, { kind: 'ConfigMap', apiVersion: 'v2', metadata: { name: 'n' } }),
  post(MAPS, { kind: 'ConfigMap', apiVersion: 'a/b/c', metadata: { name: 'n' } }),
  post(MAPS, { kind: 'None', apiVersion: 'v1', metadata: { name: 'n' } }),
  post(MAPS, { kind: 3, metadata: { name: 'n' } }),
  post(MAPS, '{"metadata":{"name":"twice","name":"again"},"data":{"a":"1","a":"2"}}'),
  post(`${MAPS}?fieldValidation=Strict`, '{"metadata":{"name":"twice2","name":"again"},"data":{"a":"1","a":"2"}}'),
  post(`${MAPS}?fieldValidation=Ignore`, '{"metadata":{"name":"twice3"},"data":{"a":"1","a":"2"},"nope":1}'),
  post(MAPS, proto),
  get(`${MAPS}/proto`),
  post(MAPS, `{"metadata":{"name":"deep"},"nope":${nest(500)}}`),
  { method: 'POST', path: MAPS, bytes: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]).toString('base64') },
  {
    method: 'POST',
    path: MAPS,
    bytes: Buffer.from('{"metadata":{"name":"bad-utf8"},"data":{"a":"\xff\xfe"}}', 'latin1').toString('base64'),
  },
  post(MAPS, '\ufeff{"metadata":{"name":"bom"}}'),
  post(MAPS, '{"metadata":{"name":"half"},"data":{"a":"\\ud800"}}'),
  post(MAPS, '{"metadata":{"name":"nul"},"data":{"a":"\\u0000"}}'),
  post(MAPS, '{"METADATA":{"name":"case"}}'),
  put(`${MAPS}/proto`, '{"metadata":{"name":"proto"'),
  remove(`${MAPS}/proto`, '{"kind":'),
  remove(`${MAPS}/proto`, '[]'),
  remove(`${MAPS}/proto`, { kind: 'Pod', apiVersion: 'v1' }),
  remove(`${MAPS}/proto`, { gracePeriodSeconds: 'x' }),
  remove(MAPS, '{"kind":'),
];

const BOMB = ['a: &a [x,x,x,x,x,x,x,x,x,x]', ...'bcdefghi'.split('').map((c, i) => {
  const previous = 'abcdefgh'[i];
  return `${c}: &${c} [${Array(10).fill(`*${previous}`).join(',')}]`;
})].join('\n');

export const yaml: readonly WireStep[] = [
  typed(MAPS, YAML, 'metadata:\n  name: y\ndata:\n  a: "1"\n'),
  typed(MAPS, YAML, 'metadata: {name: y2}\ndata: {a: 1}\n'),
  typed(MAPS, YAML, 'metadata:\n  name: y3\n data: x\n'),
  typed(MAPS, YAML, 'a: *none'),
  typed(MAPS, YAML, BOMB),
  typed(MAPS, YAML, '&a [*a]'),
  typed(MAPS, YAML, '---\nmetadata: {name: y4}\n---\nmetadata: {name: y5}\n'),
  typed(MAPS, YAML, 'metadata: {name: y6, labels: {__proto__: a}}\n'),
  typed(MAPS, YAML, 'text'),
  typed(MAPS, YAML, ''),
  typed(MAPS, YAML, '{"metadata":{"name":"y7"}}'),
  typed(MAPS, YAML, '!!python/object:os.system x'),
  typed(MAPS, YAML, `metadata: {name: y8}\ndata:\n  a: x\n  a: y\n`),
  typed(`${MAPS}?fieldValidation=Strict`, YAML, `metadata: {name: y9}\ndata:\n  a: x\n  a: y\nnope: 1\n`),
];

export const mediaTypes: readonly WireStep[] = [
  ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'nonsense', 'application/json;charset', 'application/cbor', '*/*', 'application/*'].map(
    (type) => typed(MAPS, type, '{"metadata":{"name":"typed"}}'),
  ),
  typed(MAPS, 'application/json; charset=utf-16', '{"metadata":{"name":"charset"}}'),
  typed(MAPS, 'APPLICATION/JSON', '{"metadata":{"name":"upper"}}'),
  typed(MAPS, '', '{"metadata":{"name":"untyped"}}'),
  typed(MAPS, 'application/vnd.kubernetes.protobuf', 'k8s\0nonsense'),
  typed(MAPS, 'application/vnd.kubernetes.protobuf', '{"metadata":{"name":"typed"}}'),
  typed(`${MAPS}/upper`, 'text/plain', '{"metadata":{"name":"upper"}}', 'PUT'),
  typed(`${MAPS}/upper`, 'text/plain', '{}', 'DELETE'),
  ...['application/json', 'text/plain', '', 'application/yaml', 'application/merge-patch+yaml', 'application/json-patch+json;x=y'].map((type) =>
    typed(`${MAPS}/upper`, type, '[]', 'PATCH'),
  ),
  ...['text/plain', 'application/xml', 'image/*', 'text/html, image/png', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/json;as=Table', 'application/json;as=None;v=v1;g=meta.k8s.io', 'application/json;as=Table;v=v2;g=meta.k8s.io', 'application/yaml', 'application/json;q=0.1,application/yaml', 'nonsense', ';;;', ',', 'application/json;q=x', 'application/*', '*/*;q=0', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'application/json;stream=watch', 'application/json;charset=utf-8', 'text/plain, */*', 'application/json;as=Table;v=v1beta1;g=meta.k8s.io'].map((type) => ({
    ...get(`${MAPS}/upper`, { Accept: type }),
    without: ['cells'],
  })),
  ...['application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io', 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io', 'application/json;as=Table;v=v1;g=meta.k8s.io', 'application/yaml', 'text/plain', 'application/json;stream=watch'].map((type) =>
    get('secrets', { Accept: type }),
  ),
  { ...typed('secrets', 'application/json', '{"metadata":{"name":"no"}}'), headers: { Accept: 'text/plain' } },
  get('secrets/no'),
  get('secrets/no', { Accept: 'application/yaml' }),
  get('secrets/no', { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
  get('secrets/no', { Accept: 'text/plain' }),
  get('secrets?includeObject=Nope', { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
  get('secrets/none?includeObject=Nope', { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
  get('secrets?includeObject=Nope'),
];

const WITHIN = '/api/v1/namespaces/$NS';

export const paths: readonly WireStep[] = [
  post(MAPS, configMap('plain')),
  ...[
    `${WITHIN}/configmaps/%2e%2e`, `${WITHIN}/configmaps/..`, `${WITHIN}/configmaps/.`, `${WITHIN}/configmaps/%2e`,
    `${WITHIN}/configmaps/../configmaps/plain`, `${WITHIN}/configmaps/%2e%2e/secrets`, `${WITHIN}/configmaps/a%2fb`, `${WITHIN}/configmaps/%2fplain`,
    `${WITHIN}/configmaps/pla%69n`, `${WITHIN}/configmaps/__proto__`, `${WITHIN}/configmaps/constructor`, `${WITHIN}/configmaps/toString`,
    `${WITHIN}/configmaps/a%00b`, `${WITHIN}/configmaps/%00`, `${WITHIN}/configmaps/%`, `${WITHIN}/configmaps/%zz`, `${WITHIN}/configmaps/%e0%a4%a`,
    `${WITHIN}/configmaps/plain/`, `${WITHIN}/configmaps//plain`, `${WITHIN}//configmaps/plain`, `//api/v1/namespaces/$NS/configmaps/plain`, `${WITHIN}/configmaps/plain//`,
    `${WITHIN}/secrets/`, `${WITHIN}/secrets//`, '/api/v1//namespaces/default', '/api//v1/namespaces/default',
    `${WITHIN}/configmaps/${'a'.repeat(300)}`, `${WITHIN}/configmaps/plain/status`, `${WITHIN}/configmaps/plain/status/x`, `${WITHIN}/pods/p/log/x`,
    `${WITHIN}/configmaps/a%25b`, `${WITHIN}/configmaps/A_B`, `${WITHIN}/configmaps/a%20b`, `${WITHIN}/configmaps/a+b`, `${WITHIN}/configmaps/a;b`, `${WITHIN}/configmaps/plain#x`, `${WITHIN}/configmaps/plain?%`, `${WITHIN}/configmaps/plain?a;b`, `${WITHIN}/configmaps/plain??`,
    `${WITHIN}/nopes`, `${WITHIN}/nopes/a`, `${WITHIN}/__proto__`, `${WITHIN}/constructor/a`, `${WITHIN}/configmaps/plain/nope`, `${WITHIN}/configmaps/plain/__proto__`, `${WITHIN}/pods/p/__proto__`, `${WITHIN}/pods/p/nope`,
    '/api/v2', '/api/v2/pods', '/api/__proto__/pods', '/apis/none', '/apis/none/v1', '/apis/none/v1/pods', '/apis/apps/v9', '/apis/apps/v9/deployments', '/apis/__proto__/v1/x', '/apis/apps/__proto__/x', '/apis/apps/v1/nopes', '/apis/apps/v1/pods', '/apis/v1/pods', '/api/apps/v1/deployments',
    '/api/v1/pods/', '/api/v1/nodes/a/b', '/api/v1/namespaces/$NS/nodes', '/api/v1/namespaces/$NS/nodes/n', '/api/v1/namespaces/$NS/namespaces', '/api/v1/configmaps/plain', '/api/v1/namespaces/none/configmaps', '/api/v1/namespaces//limitranges', '/api/v1/namespaces/UPPER/configmaps',
    '/__proto__', '/constructor', '/..', '/%2e%2e', '/%00', '/%', '/apis/%', '/api/v1/%', '/none', '/api/v1/../../version', '/version/x', '/API/v1', '/api/V1', `/${'a'.repeat(5000)}`, '*', 'api/v1', 'http://other/api/v1/namespaces/$NS', '/api/v1/namespaces/$NS?pretty=nope',
    '/api/v1/proxy/namespaces/$NS/services/x', '/api/v1/watch/nopes', '/api/v1/redirect/x', '/swagger.json', '/swaggerapi', '/logs', '/metrics/none', '/debug/none', '/ui',
  ].map((path) => get(path)),
  put(`${WITHIN}/configmaps/a%2fb`, configMap('a/b')),
  put(`${WITHIN}/configmaps/%2e%2e`, configMap('..')),
  remove(`${WITHIN}/configmaps/a%2fb`),
  merge(`${WITHIN}/configmaps/%2e%2e`, {}),
  post(MAPS, configMap('..')), post(MAPS, configMap('a/b')), post(MAPS, configMap('a%b')), post(MAPS, configMap('__proto__')), post(MAPS, configMap('constructor')), post(MAPS, configMap('a\u0000b')), post(MAPS, configMap('a'.repeat(254))), post(MAPS, configMap('ü')),
  get(`${WITHIN}/configmaps/constructor`),
  get(`${WITHIN}/configmaps/plain`),
];

export const methods: readonly WireStep[] = [
  post(MAPS, configMap('m')),
  ...['PUT', 'PATCH', 'OPTIONS', 'HEAD', 'FOO', 'TRACE'].map((method): WireStep => ({ method, path: MAPS })),
  ...['POST', 'OPTIONS', 'HEAD', 'FOO', 'TRACE'].map((method): WireStep => ({ method, path: `${MAPS}/m` })),
  post(`${MAPS}/m`, configMap('m')),
  ...['POST', 'DELETE', 'PUT', 'PATCH'].map((method): WireStep => ({ method, path: '/api/v1/configmaps', body: {} })),
  ...['POST', 'DELETE', 'PUT', 'PATCH'].map((method): WireStep => ({ method, path: '/api/v1/namespaces/$NS/pods/p/status', body: {} })),
  ...['GET', 'DELETE', 'PUT'].map((method): WireStep => ({ method, path: '/api/v1/namespaces/$NS/pods/p/binding', ...(method !== 'GET' && { body: {} }) })),
  ...['POST', 'DELETE', 'PUT', 'PATCH'].map((method): WireStep => ({ method, path: '/api/v1', body: {} })),
  ...['POST', 'DELETE', 'PUT', 'PATCH'].map((method): WireStep => ({ method, path: '/version', body: {} })),
  ...['DELETE', 'POST'].map((method): WireStep => ({ method, path: '/api/v1/namespaces', body: {} })),
  ...['GET', 'DELETE', 'PUT'].map((method): WireStep => ({ method, path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', ...(method !== 'GET' && { body: {} }) })),
  { method: 'GET', path: '/api/v1/componentstatuses/none' },
  { method: 'POST', path: '/api/v1/componentstatuses', body: {} },
  ...['POST', 'DELETE', 'PUT', 'PATCH'].map((method): WireStep => ({ method, path: '/api/v1/watch/configmaps', body: {} })),
  { method: 'POST', path: `${MAPS}?watch=true`, body: configMap('w') },
  { method: 'DELETE', path: `${MAPS}/none?watch=true` },
];

export const selectors: readonly WireStep[] = [
  ...['a=', '=a', 'a==b,', 'a=b=c', 'a in', 'a in (', 'a in (b', 'a in b', 'a notin ()', '!', '!a=b', 'a!', 'a>b', 'a>1', 'a,,b', ',', '(', 'a b', '-a', 'a/b/c', 'a=-b', 'A/=b', `${'a'.repeat(64)}=b`, `a=${'b'.repeat(64)}`, '__proto__=a', 'constructor', 'a=%00', 'ü=a', 'a in (b,c),d!=e,!f'].map((selector) =>
    get(`secrets?labelSelector=${encodeURIComponent(selector).replace('%2500', '%00')}`),
  ),
  ...['a=b', 'metadata.name', 'metadata.name=', 'metadata.name=a,', '=', 'metadata.name>a', 'metadata.name in (a)', 'metadata.labels=a', 'spec.nope=a', '__proto__=a', 'metadata.name=a\\', 'metadata.name=a\\,b', 'metadata.name=a=b', 'metadata.name==a', 'metadata.name!=a', 'type=Opaque', 'metadata.name=..', 'metadata.name=a/b'].map((selector) =>
    get(`secrets?fieldSelector=${encodeURIComponent(selector)}`),
  ),
  get('pods?fieldSelector=spec.nodeName=a,status.phase!=Running'),
  get('pods?fieldSelector=spec.nope=a'),
  get('/apis/apps/v1/namespaces/$NS/deployments?fieldSelector=spec.nope=a'),
  get('/api/v1/nodes?fieldSelector=spec.nope=a'),
  get('/api/v1/namespaces?fieldSelector=status.phase=None'),
  get('/apis/batch/v1/namespaces/$NS/jobs?fieldSelector=status.successful=0'),
  get('/apis/batch/v1/namespaces/$NS/jobs?fieldSelector=status.nope=0'),
  remove('secrets?labelSelector=a+in'),
  remove('secrets?fieldSelector=nope%3Da'),
  get('secrets?labelSelector=a%3Db&labelSelector=b%3Dc'),
  get('secrets/none?labelSelector=a+in'),
];

export const patches: readonly WireStep[] = [
  post(MAPS, configMap('p', { a: '1' }, { labels: { l: '1' } })),
  merge(`${MAPS}/p`, '{"__proto__":{"polluted":true},"metadata":{"__proto__":{"x":1}}}'),
  merge(`${MAPS}/p`, '{"data":{"__proto__":"x","constructor":"y"},"metadata":{"labels":{"__proto__":null}}}'),
  merge(`${MAPS}/p`, '{"metadata":{"labels":{"__proto__":"x"}}}'),
  json(`${MAPS}/p`, [{ op: 'add', path: '/__proto__/polluted', value: true }]),
  json(`${MAPS}/p`, [{ op: 'add', path: '/constructor/prototype/polluted', value: true }]),
  json(`${MAPS}/p`, '[{"op":"add","path":"/data/__proto__","value":"z"}]'),
  json(`${MAPS}/p`, [{ op: 'copy', from: '/__proto__', path: '/data/b' }]),
  json(`${MAPS}/p`, [{ op: 'remove', path: '/data/toString' }]),
  json(`${MAPS}/p`, [{ op: 'test', path: '/data/hasOwnProperty', value: null }]),
  json(`${MAPS}/p`, [{ op: 'test', path: '/data/a', value: '2' }]),
  json(`${MAPS}/p`, [{ op: 'replace', path: '/metadata/name', value: 'other' }]),
  json(`${MAPS}/p`, [{ op: 'replace', path: '', value: [] }]),
  json(`${MAPS}/p`, [{ op: 'nope', path: '/data/a' }]),
  json(`${MAPS}/p`, [{ op: 'add', path: 'data/a', value: '1' }]),
  json(`${MAPS}/p`, [{ op: 'add', path: '/data/~2', value: '1' }]),
  json(`${MAPS}/p`, [{ path: '/data/a' }]),
  json(`${MAPS}/p`, [{ op: 'add', path: '/metadata/finalizers/4294967296', value: '1' }]),
  json(`${MAPS}/p`, [{ op: 'add', path: '/metadata/finalizers', value: [] }, { op: 'add', path: '/metadata/finalizers/5', value: 'a/b' }]),
  json(`${MAPS}/p`, '{"op":"add"}'), json(`${MAPS}/p`, 'nope'), json(`${MAPS}/p`, ''), json(`${MAPS}/p`, 'null'), json(`${MAPS}/p`, '[null]'),
  json(`${MAPS}/p`, `[${Array(10_001).fill('{"op":"test","path":"/kind","value":"ConfigMap"}').join(',')}]`),
  ...['', 'nope', '[]', '"x"', '3', 'null', '{"data":3}', '{"data":{"a":3}}', '{"metadata":null}', '{"apiVersion":"v2"}', '{"metadata":{"name":"other"}}', '{"metadata":{"namespace":"other"}}', '{"metadata":{"uid":"other"}}', '{"metadata":{"resourceVersion":"1"}}', '{"metadata":{"resourceVersion":"x"}}', '{"nope":1}', '{"data":{"a":"1"},"data":{"a":"2"}}', '{"metadata":{"labels":{"-":"x"}}}', '{"metadata":{"creationTimestamp":null}}', '{"metadata":{"deletionTimestamp":"2020-02-02T00:00:00Z"}}', '{"metadata":{"generateName":"x"}}'].flatMap((text) => [
    merge(`${MAPS}/p`, text),
    strategic(`${MAPS}/p`, text),
  ]),
  merge(`${MAPS}/p?fieldValidation=Strict`, { nope: 1 }),
  strategic(`${MAPS}/p`, { $patch: 'nope' }),
  strategic(`${MAPS}/p`, { $patch: 'delete' }),
  strategic(`${MAPS}/p`, { data: { $patch: 'replace', b: '1' } }),
  strategic(`${MAPS}/p`, { '$retainKeys': 3 }),
  merge(`${MAPS}/none`, {}),
  merge(`${MAPS}/none`, 'nope'),
  get(`${MAPS}/p`),
];
