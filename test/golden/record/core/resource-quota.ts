import type { Step } from '../../../support/exchanges.ts';
import { get, patch, pod, post, put, remove } from './steps.ts';

type Amounts = Readonly<Record<string, string>>;

/** Everything but what admission is about. */
const quiet = { without: ['status', 'spec'] };

/**
 * A quota with its status, as its controller would write it: replays have none. The last requests give caches of the
 * recorded server time to learn of it.
 */
function quota(name: string, hard: Amounts, used: Amounts = {}, spec: object = {}): Step[] {
  const nothing = Object.fromEntries(Object.keys(hard).map((key) => [key, '0']));
  const body = { metadata: { name }, spec: { hard, ...spec } };
  return [
    post('resourcequotas', body, { without: ['status'] }),
    put(`resourcequotas/${name}/status`, { ...body, status: { hard, used: { ...nothing, ...used } } }, quiet),
    ...Array.from({ length: 20 }, () => get('serviceaccounts/default', quiet)),
  ];
}

const gone = (name: string): Step[] => [
  remove(`resourcequotas/${name}`, undefined, quiet),
  ...Array.from({ length: 20 }, () => get('serviceaccounts/default', quiet)),
];

const container = (name: string, resources: object = {}): object => ({ name, image: 'nginx', resources });
const tried = (spec: object, metadata: object = {}): Step => post('pods?dryRun=All', pod('p', spec, metadata), quiet);
const one = (resources: object, rest: object = {}): Step => tried({ containers: [container('c', resources)], ...rest });
const configMap = (name: string, query = ''): Step => post(`configmaps${query}`, { metadata: { name } }, quiet);

const counts: Step[] = [
  ...quota('q', { configmaps: '2', 'count/secrets': '1', 'count/deployments.apps': '0' }, { configmaps: '1' }),
  configMap('a', '?dryRun=All'),
  configMap('a'),
  configMap('b', '?dryRun=All'),
  configMap('b'),
  patch('configmaps/a', { data: { a: 'b' } }, quiet),
  post('secrets', { metadata: { generateName: 'gen-s' } }, { ...quiet, without: ['name', 'status'] }),
  post('secrets', { metadata: { generateName: 'gen-s' } }, quiet),
  post(
    '/apis/apps/v1/namespaces/$NS/deployments',
    {
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers: [container('c')] } },
      },
    },
    quiet,
  ),
  get('resourcequotas/q'),
  ...gone('q'),
];

const computed: Step[] = [
  ...quota('c', { pods: '5', 'requests.cpu': '500m', 'limits.memory': '1Gi' }),
  tried({}),
  tried({
    containers: [container('c'), container('a', { limits: { memory: '1Gi' } })],
    initContainers: [container('i')],
  }),
  one({ requests: { cpu: '300m' }, limits: { memory: '2Gi' } }),
  one({ requests: { cpu: '800m' }, limits: { memory: '2Gi' } }),
  post(
    'pods',
    pod('first', { containers: [container('c', { requests: { cpu: '300m' }, limits: { memory: '256Mi' } })] }),
    quiet,
  ),
  get('resourcequotas/c'),
  one({ requests: { cpu: '300m' }, limits: { memory: '256Mi' } }),
  one({ requests: { cpu: '100m' }, limits: { memory: '256Mi' } }),
  tried({
    containers: [container('c', { requests: { cpu: '100m' }, limits: { memory: '1Mi' } })],
    initContainers: [container('i', { requests: { cpu: '400m' }, limits: { memory: '1Mi' } })],
  }),
  tried({ containers: [container('c')], resources: { requests: { cpu: '300m' }, limits: { memory: '1Mi' } } }),
  post(
    'pods',
    {
      ...pod('', { containers: [container('c', { requests: { cpu: '1' }, limits: { memory: '1' } })] }),
      metadata: { generateName: 'gen-q' },
    },
    quiet,
  ),
  patch(
    'pods/first/resize',
    { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '900m' } } }] } },
    { strategic: true, ...quiet },
  ),
  patch('pods/first', { metadata: { labels: { a: 'b' } } }, quiet),
  ...gone('c'),
  ...quota(
    'x',
    { 'requests.example.com/gpu': '2', cpu: '1300m', 'requests.ephemeral-storage': '1Gi' },
    { cpu: '300m' },
  ),
  one({ requests: { cpu: '1', 'example.com/gpu': '3' }, limits: { 'example.com/gpu': '3' } }),
  one({ requests: { cpu: '1', 'ephemeral-storage': '2Gi' } }),
  one({ requests: { cpu: '1', 'example.com/gpu': '2' }, limits: { 'example.com/gpu': '2' } }),
  ...gone('x'),
];

const service = (name: string, spec: object): Step =>
  post('services', { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } }, quiet);

const services: Step[] = [
  ...quota('s', { services: '3', 'services.nodeports': '1', 'services.loadbalancers': '0' }),
  service('plain', {}),
  service('node', { type: 'NodePort' }),
  service('second', { type: 'NodePort' }),
  service('many', {
    type: 'NodePort',
    ports: [
      { port: 1, name: 'a' },
      { port: 2, name: 'b' },
    ],
  }),
  service('balanced', { type: 'LoadBalancer' }),
  service('bare', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
  patch('services/plain', { spec: { type: 'NodePort' } }, quiet),
  patch('services/plain', { metadata: { labels: { a: 'b' } } }, quiet),
  get('resourcequotas/s'),
  ...gone('s'),
];

const claim = (storage: string, spec: object = {}): Step =>
  post(
    'persistentvolumeclaims?dryRun=All',
    {
      metadata: { name: 'v' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...spec },
    },
    quiet,
  );

const claims: Step[] = [
  ...quota('v', {
    'requests.storage': '10Gi',
    persistentvolumeclaims: '3',
    'gold.storageclass.storage.k8s.io/requests.storage': '2Gi',
    'lead.storageclass.storage.k8s.io/persistentvolumeclaims': '0',
  }),
  claim('11Gi'),
  claim('3Gi', { storageClassName: 'gold' }),
  claim('1Gi', { storageClassName: 'lead' }),
  claim('20Gi', { storageClassName: 'gold' }),
  claim('10Gi', { storageClassName: 'other' }),
  ...gone('v'),
];

const scoped = (name: string, ...scopes: string[]): Step[] => quota(name, { pods: '0' }, {}, { scopes });
const selected = (scopeName: string, operator: string, values?: string[]): object => ({
  scopeSelector: { matchExpressions: [{ scopeName, operator, ...(values && { values }) }] },
});
const affinity = {
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'z', namespaces: ['n'], labelSelector: {} }],
  },
};
const burst = { requests: { cpu: '1' } };

const scopes: Step[] = [
  ...scoped('t', 'Terminating'),
  tried({}),
  tried({ activeDeadlineSeconds: 5 }),
  patch('pods/first', { spec: { activeDeadlineSeconds: 50 } }, quiet),
  ...gone('t'),
  ...scoped('n', 'NotTerminating', 'BestEffort'),
  tried({}),
  one(burst),
  tried({ activeDeadlineSeconds: 5 }),
  ...gone('n'),
  // There is `first` already.
  ...quota('b', { pods: '0' }, { pods: '1' }, { scopes: ['NotBestEffort'] }),
  tried({}),
  one(burst),
  ...gone('b'),
  ...quota('p', { pods: '0' }, {}, selected('PriorityClass', 'In', ['system-node-critical'])),
  tried({}),
  tried({ priorityClassName: 'system-node-critical' }),
  tried({ priorityClassName: 'system-cluster-critical' }),
  ...gone('p'),
  ...quota('o', { pods: '0' }, { pods: '1' }, selected('PriorityClass', 'DoesNotExist')),
  tried({}),
  tried({ priorityClassName: 'system-node-critical' }),
  ...gone('o'),
  ...quota('a', { pods: '0' }, {}, selected('CrossNamespacePodAffinity', 'Exists')),
  tried({}),
  tried({ affinity }),
  ...gone('a'),
];

const both: Step[] = [
  ...quota('small', { pods: '2' }, { pods: '1' }),
  ...quota('tiny', { pods: '1' }, { pods: '1' }),
  tried({}),
  get('resourcequotas/small'),
];

export const resourceQuota: Step[] = [...counts, ...computed, ...services, ...claims, ...scopes, ...both];
