import type { Step } from '../../../support/exchanges.ts';
import { get, patch, post, put, remove } from './steps.ts';

const X = 'eA==';
const secret = (type: string | undefined, data: object = {}, metadata: object = {}): Step =>
  post('secrets', { metadata: { name: 'x', ...metadata }, ...(type && { type }), data });
const typed = (kind: string, data?: object): Step => secret(`kubernetes.io/${kind}`, data);

export const configuration: Step[] = [
  post('secrets', { metadata: { name: 's' }, stringData: { a: 'b', c: 'd' }, data: { a: X, z: X } }),
  typed('tls'),
  typed('dockerconfigjson', { '.dockerconfigjson': X }),
  typed('dockerconfigjson', { '.dockerconfigjson': 'e30=' }),
  typed('dockercfg'),
  typed('basic-auth'),
  typed('ssh-auth'),
  typed('service-account-token'),
  secret(undefined, { 'a b': X }),
  secret(undefined, { '..': X }),
  secret(undefined, { a: 'not base64!' }),
  patch('secrets/s', { type: 'foo' }),
  patch('secrets/s', { stringData: { c: 'e' } }),
  patch('secrets/s', { immutable: true }),
  patch('secrets/s', { immutable: false, data: { q: X } }),
  get('secrets?fieldSelector=type%3DOpaque'),
  get('secrets?fieldSelector=foo%3DOpaque'),
  post('configmaps', { metadata: { name: 'c' }, data: { 'a b': 'x' }, binaryData: { a: X, 'a b': X } }),
  post('configmaps', { metadata: { name: 'c', generation: 5 }, data: { a: 'x' }, immutable: true }),
  patch('configmaps/c', { data: { a: 'y' }, immutable: null }),
  put('configmaps/d', { metadata: { name: 'd' }, data: { b: 'x' } }),
  post('serviceaccounts', { metadata: { name: 'A_' }, secrets: [{ name: 'x' }] }),
  post('serviceaccounts', { metadata: { name: 'a' }, secrets: [{ name: 'x' }], imagePullSecrets: [{ name: 'y' }] }),
  put('serviceaccounts/b', { metadata: { name: 'b' } }),
  remove('serviceaccounts/a'),
  remove('configmaps/d'),
];

const endpoints = (name: string, ...subsets: object[]): Step => post('endpoints', { metadata: { name }, subsets });
const ports = [{ port: 80 }];

export const endpointLists: Step[] = [
  endpoints(
    'e',
    {
      addresses: [{ ip: 'x', hostname: 'A_', nodeName: 'A_' }, { ip: '127.0.0.1' }],
      ports: [
        { port: 0, protocol: 'x' },
        { port: 80, name: 'A_b' },
      ],
    },
    {},
  ),
  endpoints(
    'e',
    { addresses: [{ ip: '10.0.0.2' }, { ip: '10.0.0.1' }], ports },
    { notReadyAddresses: [{ ip: '10.0.0.2' }], ports },
    { addresses: [{ ip: '10.0.0.9' }], ports },
  ),
  { ...get('endpoints'), table: true },
  put('endpoints/f', { metadata: { name: 'f' } }),
  remove('endpoints/e'),
];

const range = (...limits: object[]): Step => post('limitranges', { metadata: { name: 'l' }, spec: { limits } });
const quota = (spec: object): Step => post('resourcequotas', { metadata: { name: 'q' }, spec });

export const limits: Step[] = [
  range(
    {
      type: 'Container',
      default: { cpu: '1' },
      max: { cpu: '500m' },
      min: { cpu: '2' },
      maxLimitRequestRatio: { cpu: '500m' },
    },
    { type: 'Pod', default: { cpu: '1' } },
    { type: 'Container' },
    { type: 'PersistentVolumeClaim' },
    { type: 'foo' },
  ),
  range({ type: 'Container', max: { cpu: '500m' }, min: { memory: '1Gi' }, defaultRequest: { cpu: '100m' } }),
  quota({ hard: { cpu: '-1' } }),
  quota({ hard: { foo: '1' } }),
  quota({ hard: { pods: '1500m' } }),
  quota({
    hard: { 'requests.nvidia.com/gpu': '1', 'count/jobs.batch': '2' },
    scopes: ['BestEffort', 'NotBestEffort', 'foo'],
  }),
  quota({
    hard: { pods: '1' },
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'x', values: [] }] },
  }),
  { ...quota({ hard: { cpu: '0.5', services: '3', 'limits.memory': '1024Mi' } }), without: ['status'] },
  patch('resourcequotas/q', { spec: { scopes: ['BestEffort'] } }),
  patch('resourcequotas/q/status', { status: { hard: { cpu: '-1' } } }),
];
