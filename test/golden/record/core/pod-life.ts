import type { Step } from '../../../support/exchanges.ts';
import { get, patch, pod, post, put, remove } from './steps.ts';

const STRATEGIC = { strategic: true };
const spec = (fields: object, extra?: object): Step => patch('pods/u', { spec: fields }, extra);
const container = (fields: object): Step => spec({ containers: [{ name: 'c', ...fields }] }, STRATEGIC);

export const podUpdates: Step[] = [
  post('pods', pod('u', { terminationGracePeriodSeconds: 5 })),
  post('pods', pod('u')),
  container({ image: 'nginx:2', command: ['x'] }),
  spec({ nodeName: 'node01', restartPolicy: 'Never', hostNetwork: true }),
  container({ name: 'd', image: 'x' }),
  container({ image: '' }),
  container({ image: 'nginx:3' }),
  spec({ activeDeadlineSeconds: 50, tolerations: [{ key: 'a', operator: 'Exists' }] }, STRATEGIC),
  spec({ activeDeadlineSeconds: 60 }),
  spec({ activeDeadlineSeconds: 40, tolerations: null }),
  spec({ terminationGracePeriodSeconds: 1 }),
  container({ resources: { limits: { cpu: '1' } } }),
  spec({ priority: 5 }),
  patch('pods/u', { metadata: { labels: { a: 'b' } }, status: { phase: 'Running' } }),
  patch('pods/u', { metadata: { uid: 'x' } }),
  patch('pods/u', { metadata: { resourceVersion: '1' } }),
  patch('pods/u', { metadata: { namespace: 'x' } }),
  patch('pods/u', { metadata: { name: 'x' } }),
  put('pods/u', pod('u', { containers: [{ name: 'c', image: 'x' }] })),
  put('pods/v', pod('v')),
  post('pods', pod('g', { schedulingGates: [{ name: 'a' }, { name: 'b' }] })),
  patch('pods/g', { spec: { schedulingGates: [{ name: 'c' }] } }),
  patch('pods/g', { spec: { schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' } } }),
  patch('pods/g', { spec: { schedulingGates: [] } }),
  patch('pods/g', { spec: { schedulingGates: [{ name: 'a' }] } }),
  patch('pods/g', { spec: { nodeSelector: { a: 'c' } } }),
];

const bind = (path: string, name: string, target: object, metadata: object = {}): Step =>
  post(path, { apiVersion: 'v1', kind: 'Binding', metadata: { name, ...metadata }, target });

export const podBinding: Step[] = [
  post('pods', pod('b')),
  bind('pods/b/binding', 'b', { kind: 'Node', name: '' }),
  bind('pods/b/binding', 'b', { kind: 'Foo', name: 'x' }),
  bind('pods/b/binding', 'other', { kind: 'Node', name: 'x' }),
  post('pods/b/binding', { target: { name: 'x' } }),
  bind('bindings', 'none', { kind: 'Node', name: 'ghost' }),
  bind('bindings', 'b', { name: 'ghost' }, { resourceVersion: '0' }),
  bind('bindings', 'b', { name: 'ghost' }, { resourceVersion: 'x', uid: 'y' }),
  bind('pods/b/binding', 'b', { kind: 'Node', name: 'ghost' }, { labels: { q: 'r' }, annotations: { x: 'y' } }),
  get('pods/b'),
  bind('bindings', 'b', { kind: 'Node', name: 'ghost' }),
  patch('pods/b/status', {
    metadata: { labels: { z: 'z' }, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'x', uid: 'y' }] },
    spec: { nodeName: 'zzz' },
    status: {
      phase: 'Running',
      podIP: '1.2.3.4',
      podIPs: [{ ip: '1.2.3.4' }],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  }),
  patch('pods/b/status', { status: { podIPs: [{ ip: 'x' }], conditions: [{ type: 'a b', status: 'True' }] } }),
  patch('pods/b/status', { status: { phase: 'Weird', qosClass: 'Guaranteed' } }),
  patch('pods/b/status', { status: { nominatedNodeName: 'x' } }),
  post('pods', pod('gated', { schedulingGates: [{ name: 'a' }] })),
  bind('bindings', 'gated', { name: 'ghost' }),
];

export const podDeletion: Step[] = [
  post('pods', pod('a', { nodeName: 'ghost' })),
  remove('pods/a?dryRun=All'),
  remove('pods/a', { preconditions: { uid: 'x' } }),
  remove('pods/a'),
  get('pods/a'),
  remove('pods/a', { gracePeriodSeconds: 50 }),
  remove('pods/a', { gracePeriodSeconds: 3 }),
  remove('pods/a', { propagationPolicy: 'Foo' }),
  remove('pods/a', { gracePeriodSeconds: 0 }),
  get('pods/a'),
  remove('pods/a'),
  post('pods', pod('b', { terminationGracePeriodSeconds: 5 })),
  remove('pods/b', { gracePeriodSeconds: 10 }),
  get('pods/b'),
  post('pods', pod('c', {}, { finalizers: ['a/b'] })),
  remove('pods/c'),
  patch('pods/c', { metadata: { finalizers: ['a/b', 'c/d'] } }),
  patch('pods/c', { metadata: { finalizers: null } }),
  get('pods/c'),
  post('pods', pod('d', { nodeName: 'ghost', terminationGracePeriodSeconds: 0 })),
  remove('pods/d'),
  post('pods', pod('e', { nodeName: 'ghost', terminationGracePeriodSeconds: 7 }, { labels: { e: 'e' } })),
  remove('pods?labelSelector=e'),
  get('pods/e'),
  remove('pods/e?gracePeriodSeconds=0'),
];

const BUDGETS = '/apis/policy/v1/namespaces/$NS/poddisruptionbudgets';
const evict = (name: string, fields: object = {}, path = name, query = ''): Step =>
  post(`pods/${path}/eviction${query}`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name }, ...fields });
const labelled = (name: string, app: string): Step =>
  post('pods', pod(name, { nodeName: 'ghost' }, { labels: { app } }));
const budget = (name: string, app: string): Step =>
  post(
    BUDGETS,
    { metadata: { name }, spec: { minAvailable: 1, selector: { matchLabels: { app } } } },
    { without: ['status'] },
  );

/** The disruption controller of the real server writes the same statuses, sooner or later. */
export const podEviction: Step[] = [
  labelled('free', 'free'),
  evict('other', {}, 'free'),
  post('pods/free/eviction', { apiVersion: 'policy/v1', kind: 'Eviction' }),
  evict('none'),
  evict('free', {}, 'free', '?dryRun=All'),
  evict('free', { deleteOptions: { dryRun: ['All'] } }),
  get('pods/free'),
  evict('free', { deleteOptions: { preconditions: { uid: 'x' } } }),
  evict('free', { deleteOptions: { gracePeriodSeconds: 5 } }),
  get('pods/free'),
  evict('free'),
  labelled('twice', 'twice'),
  patch('pods/twice/status', { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }),
  budget('one', 'twice'),
  budget('two', 'twice'),
  evict('twice'),
  remove(`${BUDGETS}/one`),
  remove(`${BUDGETS}/two`),
  remove('pods/free?gracePeriodSeconds=0'),
  remove('pods/twice?gracePeriodSeconds=0'),
];
