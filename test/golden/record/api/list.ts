/** Lists: parameters, forms, order. */
import type { WireStep } from '../../../support/wire-exchanges.ts';
import { accept, get, post, remove } from './steps.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const PARTIAL = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
const FAR = '9223372036854775806';
const token = (value: object | string): string => encodeURIComponent(Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url'));
const V1 = 'meta.k8s.io/v1';
const secret = (name: string, labels: object = {}): object => ({ metadata: { name, labels }, stringData: { a: name } });

export const options: readonly WireStep[] = [
  get('secrets'), get('secrets?limit=0'), get('secrets?limit=-1'), get('secrets?limit=x'), get('secrets?limit=1.5'), get('secrets?limit=99999999999999999999'), get('secrets?limit='), get('secrets?limit=1&limit=2'), get('secrets?limit=+5'), get('secrets?limit=%2B5'), get('secrets?limit=0x5'),
  get('secrets?timeoutSeconds=x'), get('secrets?timeoutSeconds=-1'),
  get('secrets?continue=x'), get('secrets?continue=%00'), get('secrets?continue=e30'), get(`secrets?continue=${token('[]')}`), get(`secrets?continue=${token('nope')}`), get(`secrets?continue=${token({ v: 'v2', rv: 1, start: 'a' })}`), get(`secrets?continue=${token({ v: V1, rv: 0, start: 'a' })}`), get(`secrets?continue=${token({ v: V1, rv: 5, start: '' })}`), get(`secrets?continue=${token({ v: V1, rv: -1, start: '../x' })}`), get(`secrets?continue=${token({ v: V1, rv: -1, start: '/x' })}`), get(`secrets?continue=${token({ v: V1, rv: -1, start: 'a/../b' })}`), get(`secrets?continue=${token({ v: V1, rv: 'x', start: 'a' })}`), get(`secrets?continue=${token({ v: V1, rv: -1, start: 'a' })}`), get(`secrets?continue=${token({ v: V1, rv: -1, start: 'a' })}&resourceVersion=5`), get(`secrets?continue=${token({ v: V1, rv: -1, start: 'a' })}&resourceVersion=0`), get(`secrets?continue=${token({ v: V1, rv: Number(FAR.slice(0, 12)), start: 'a' })}`),
  get('secrets?resourceVersion=x'), get('secrets?resourceVersion=-1'), get('secrets?resourceVersion=0'), get('secrets?resourceVersion=1.5'), get('secrets?resourceVersion=99999999999999999999'), get('secrets?resourceVersion=00'), get('secrets?resourceVersion=%00'),
  get('secrets?resourceVersionMatch=Exact'), get('secrets?resourceVersionMatch=NotOlderThan'), get('secrets?resourceVersionMatch=nope'), get('secrets?resourceVersionMatch=nope&resourceVersion=0'), get('secrets?resourceVersionMatch=Exact&resourceVersion=0'), get('secrets?resourceVersionMatch=NotOlderThan&resourceVersion=0'), get('secrets?resourceVersionMatch=Exact&resourceVersion=x'), get(`secrets?resourceVersionMatch=Exact&continue=${token({ v: V1, rv: -1, start: 'a' })}`), get(`secrets?resourceVersionMatch=Exact&resourceVersion=0&continue=${token({ v: V1, rv: -1, start: 'a' })}`), get('secrets?resourceVersionMatch=exact&resourceVersion=1'),
  get('secrets?sendInitialEvents=true'), get('secrets?sendInitialEvents=false'), get('secrets?sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=1'), get('secrets?allowWatchBookmarks=true'), get('secrets?watch=false'), get('secrets?watch=0'),
  get('secrets/none?resourceVersion=x'), get('secrets/none?resourceVersion=0'), get('secrets/none?resourceVersionMatch=Exact'), get('secrets/none?limit=x'), get('secrets/none?pretty=x'),
  remove('secrets?limit=x'), remove('secrets?resourceVersionMatch=Exact'), remove('secrets?continue=x'), remove('secrets?resourceVersion=x'), remove('secrets?sendInitialEvents=true'), remove('secrets?limit=5&resourceVersion=0'),
  get('/api/v1/componentstatuses?limit=x'),
];

export const forms: readonly WireStep[] = [
  ...['b', 'a', 'c', 'aa', 'a-b', 'a.b'].map((name) => post('secrets', secret(name, { l: name.slice(0, 1) }))),
  get('secrets'), get('secrets?labelSelector=l%3Da'), get('secrets?labelSelector=l%21%3Da'), get('secrets?labelSelector=l+in+(b,c)'), get('secrets?labelSelector=%21l'), get('secrets?fieldSelector=metadata.name%3Da'), get('secrets?fieldSelector=metadata.name%3Dnone'), get('secrets?fieldSelector=metadata.name%3Da,metadata.namespace%3Dother'), get('secrets?fieldSelector=metadata.name%21%3Da&labelSelector=l%3Da'),
  get('/api/v1/secrets?fieldSelector=metadata.namespace%3D$NS'), get('/api/v1/secrets?fieldSelector=metadata.namespace%3D$NS,metadata.name%3Db'), get('/api/v1/secrets?labelSelector=l%3Db'),
  ...['', '?includeObject=None', '?includeObject=Metadata', '?includeObject=Object', '?limit=2'].map((query): WireStep => ({ ...accept(`secrets${query}`, TABLE), without: ['cells', 'continue'] })),
  ...['', '?includeObject=None', '?includeObject=Object'].map((query): WireStep => ({ ...accept(`secrets/a${query}`, TABLE), without: ['cells'] })),
  accept('secrets', PARTIAL), accept('secrets/a', 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'), accept('secrets', `${TABLE},application/json`), accept('secrets', 'application/yaml;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io'),
  { ...get('secrets?limit=2'), without: ['continue'] }, { ...get('secrets?limit=2&labelSelector=l%3Da'), without: ['continue'] }, { ...get('secrets?limit=6'), without: ['continue'] }, { ...get('secrets?limit=2&resourceVersion=0'), without: ['continue'] },
  { ...get('secrets?limit=2&fieldSelector=metadata.name%3Da'), without: ['continue'] },
  get('limitranges'), accept('limitranges', TABLE), accept('limitranges', PARTIAL), get('/apis/apps/v1/namespaces/$NS/deployments'), get('/api/v1/namespaces/none/secrets'),
  { ...get('secrets/a', { 'User-Agent': 'curl/8' }), without: ['uid'] },
  get('limitranges?pretty=true'), get('limitranges?pretty=0'), get('limitranges?pretty=1'), get('limitranges?pretty'), get('limitranges?pretty=yes'),
];
