import type { Step } from '../../../support/exchanges.ts';
import { apply, get, managed, patch, post, put, remove } from './steps.ts';

const MAPS = 'configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/$NS/deployments';
const map = (name: string, data: object, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
});
const container = (name: string, more: object = {}): object => ({ name, image: 'nginx', ...more });
const deployment = (name: string, spec: object, metadata: object = {}): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, ...metadata },
  spec,
});
const labels = { app: 'a' };
const template = (spec: object, metadata: object = { labels }): object => ({ metadata, spec });
const FORCE = '&force=true';

/** Who owns what, as applies and updates take turns. */
const ownership: Step[] = [
  apply(`${MAPS}/a`, 'one', map('a', { x: '1', y: '1' })),
  apply(`${MAPS}/a`, 'one', map('a', { x: '1', y: '1' })),
  apply(`${MAPS}/a`, 'two', map('a', { x: '1' })),
  apply(`${MAPS}/a`, 'two', map('a', { x: '2' })),
  apply(`${MAPS}/a`, 'two', map('a', { x: '2', y: '2' })),
  apply(`${MAPS}/a`, 'two', map('a', { x: '2', z: '2' }), FORCE),
  apply(`${MAPS}/a`, 'one', map('a', { y: '3' })),
  apply(`${MAPS}/a`, 'two', map('a', { z: '2' })),
  patch(`${MAPS}/a?fieldManager=three`, { data: { z: '3', w: '3' } }, managed),
  apply(`${MAPS}/a`, 'two', map('a', { z: '2' })),
  apply(`${MAPS}/a`, 'two', map('a', { w: '3' })),
  apply(`${MAPS}/a`, 'one', map('a', {})),
  apply(`${MAPS}/a`, 'two', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }),
  patch(`${MAPS}/a?fieldManager=three`, { metadata: { managedFields: [{}] } }, managed),
  apply(`${MAPS}/a`, 'four', map('a', { w: '4' })),
  apply(`${MAPS}/a`, 'four', map('a', { w: '4' }), FORCE),
  post(`${MAPS}?fieldManager=maker`, map('b', { a: '1', b: '1' }, { labels: { l: '1' } }), managed),
  apply(`${MAPS}/b`, 'one', map('b', { a: '1' }, { labels: { l: '1', m: '1' }, annotations: { n: '1' } })),
  apply(`${MAPS}/b`, 'one', map('b', { a: '1' }, { labels: { m: '2' }, finalizers: ['x.io/a', 'x.io/b'] })),
  apply(`${MAPS}/b`, 'two', map('b', {}, { finalizers: ['x.io/b', 'x.io/c'] })),
  apply(`${MAPS}/b`, 'one', map('b', {}, { finalizers: ['x.io/a'] })),
  put(`${MAPS}/b?fieldManager=putter`, map('b', { a: '9' }), managed),
  apply(`${DEPLOYMENTS}/none/status`, 'one', []),
  apply(`${DEPLOYMENTS}/none/scale`, 'one', []),
  apply(`${DEPLOYMENTS}/none`, 'one', []),
  apply(`${MAPS}/c`, 'one', map('c', { a: '1' }), '&dryRun=All'),
  get(`${MAPS}/c`),
  apply(`${MAPS}/b`, 'one', map('b', { a: '7' }), `${FORCE}&dryRun=All`),
  get(`${MAPS}/b`, managed),
];

/** Lists that merge by keys, sets and values that are taken as a whole. */
const lists: Step[] = [
  apply(
    `${DEPLOYMENTS}/d`,
    'one',
    deployment('d', {
      replicas: 1,
      selector: { matchLabels: labels },
      template: template({
        containers: [
          container('a', { ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP' }], args: ['x'] }),
          container('b', {
            env: [
              { name: 'E', value: '1' },
              { name: 'F', value: '1' },
            ],
            resources: { limits: { cpu: '1000m' } },
          }),
        ],
        nodeSelector: { a: 'b' },
        tolerations: [{ key: 'k', operator: 'Exists' }],
      }),
    }),
  ),
  apply(
    `${DEPLOYMENTS}/d`,
    'two',
    deployment('d', {
      template: template({ containers: [container('c'), container('a', { env: [{ name: 'G', value: '2' }] })] }),
      selector: { matchLabels: labels },
    }),
  ),
  apply(
    `${DEPLOYMENTS}/d`,
    'two',
    deployment('d', {
      template: template({ containers: [{ name: 'a', args: ['y'] }] }),
      selector: { matchLabels: labels },
    }),
  ),
  apply(
    `${DEPLOYMENTS}/d`,
    'one',
    deployment('d', {
      selector: { matchLabels: labels },
      template: template({
        containers: [
          container('b', { env: [{ name: 'F', value: '1' }] }),
          container('a', { ports: [{ containerPort: 81 }] }),
        ],
        tolerations: [{ key: 'l', operator: 'Exists' }],
      }),
    }),
  ),
  apply(
    `${DEPLOYMENTS}/d`,
    'one',
    deployment('d', {
      selector: { matchLabels: labels },
      template: template({ containers: [container('b', { env: [], ports: null })], tolerations: null }),
    }),
  ),
  apply('services/s', 'one', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { selector: labels, ports: [{ port: 80 }, { port: 80, protocol: 'UDP', name: 'u' }] },
  }),
  apply('services/s', 'one', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: {
      selector: { app: 'b' },
      ports: [
        { port: 80, name: 't', targetPort: 8080 },
        { port: 80, protocol: 'UDP', name: 'u' },
      ],
    },
  }),
  apply('serviceaccounts/a', 'one', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'a' },
    imagePullSecrets: [{ name: 'x' }],
    secrets: [{ name: 'y' }],
  }),
  apply('pods/p', 'one', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: {
      schedulerName: 'nobody',
      automountServiceAccountToken: false,
      hostAliases: [{ ip: '1.2.3.4', hostnames: ['a'] }],
      containers: [container('a', { resources: { requests: { memory: '1024Mi' } } })],
      volumes: [{ name: 'v', emptyDir: {} }],
    },
  }),
];

const scale = (replicas: number, name = 'd'): object => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata: { name, namespace: '$NS' },
  spec: { replicas },
});

/** Controllers of the real server write these meanwhile. */
const quiet = { without: ['status', 'annotations'] };

/** Subresources have managers of their own. */
const subresources: Step[] = [
  apply(
    `${DEPLOYMENTS}/d`,
    'one',
    deployment('d', {
      replicas: 1,
      paused: true,
      selector: { matchLabels: labels },
      template: template({ containers: [container('a')] }),
    }),
    '',
    quiet,
  ),
  apply(`${DEPLOYMENTS}/d/scale`, 'scaler', scale(2), '', quiet),
  apply(`${DEPLOYMENTS}/d/scale`, 'scaler', scale(2), FORCE, quiet),
  apply(
    `${DEPLOYMENTS}/d`,
    'one',
    deployment('d', {
      paused: true,
      selector: { matchLabels: labels },
      template: template({ containers: [container('a')] }),
    }),
    '',
    quiet,
  ),
  get(`${DEPLOYMENTS}/d`, { ...managed, ...quiet }),
  apply(`${DEPLOYMENTS}/none/scale`, 'scaler', scale(2, 'none')),
  apply(`${DEPLOYMENTS}/none/status`, 's', deployment('none', {})),
  apply('pods/p', 'one', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { schedulerName: 'nobody', automountServiceAccountToken: false, containers: [container('a')] },
    status: { phase: 'Running' },
  }),
  apply('pods/p/status', 'kubelet', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', labels: { x: 'y' } },
    spec: { nodeName: 'n' },
    status: {
      phase: 'Running',
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'x.io/a', status: 'False' },
      ],
    },
  }),
  apply('pods/p/status', 'kubelet', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    status: { conditions: [{ type: 'x.io/a', status: 'True' }] },
  }),
  get('pods/p', managed),
];

/** What cannot be applied. */
const faults: Step[] = [
  apply(`${MAPS}/a`, 'one', map('a', { x: '1' })),
  { method: 'PATCH', path: `${MAPS}/a`, apply: true, body: map('a', {}) },
  { method: 'PATCH', path: `${MAPS}/a?force=true&fieldManager=a&dryRun=x`, body: {} },
  { method: 'PATCH', path: `${MAPS}/a?force=true&dryRun=x&fieldValidation=y`, apply: true, body: {} },
  ...[
    '',
    'null',
    '[]',
    'a',
    '{',
    'a: b: c',
    '\ta: b',
    '{}',
    'kind: ConfigMap\napiVersion: v1\n',
    'kind: Secret\napiVersion: v1\n',
    'kind: ConfigMap\napiVersion: v2\n',
    'kind: ConfigMap\napiVersion: a/b/c\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: b}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, namespace: other}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, managedFields: []}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, managedFields: null}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, uid: x}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, resourceVersion: "1"}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {a: 1}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: [a]\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: x\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\nimmutable: "yes"\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndate: {a: b}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, labels: {a: true}}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {a: [1, {b: c}]}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, finalizers: [x, x]}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, finalizers: [x, null]}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, creationTimestamp: [1]}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, generation: x}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a, labels: {"a b": c}}\n',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata:\n  x: "1"\n  x: "2"\n',
  ].map((text) => apply(`${MAPS}/a`, 'one', text)),
  apply(
    `${MAPS}/a`,
    'one',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata:\n  x: "1"\n  x: "2"\n',
    '&fieldValidation=Strict',
  ),
  apply(
    `${MAPS}/a`,
    'one',
    'kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata:\n  x: "1"\n  x: "2"\n',
    '&fieldValidation=Ignore',
  ),
  apply(`${MAPS}/a`, 'one', { ...map('a', {}), nope: 1 }, '&fieldValidation=Ignore'),
  apply(`${MAPS}/new`, 'one', 'kind: ConfigMap\napiVersion: v1\nmetadata: {uid: x, name: new}\n'),
  apply(`${MAPS}/new`, 'one', 'kind: ConfigMap\napiVersion: v1\n'),
  apply(`${MAPS}/new`, 'one', 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: other}\n'),
  apply(`${MAPS}/new`, 'one', 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: new, resourceVersion: "77"}\n'),
  ...[
    {
      containers: [
        { name: 'a', image: 'x' },
        { name: 'a', image: 'y' },
      ],
    },
    { containers: [{ image: 'x' }] },
    { containers: ['x'] },
    { containers: [null] },
    { containers: [{ name: 'a', image: 'x', resources: { limits: { cpu: 'abc' } } }] },
    { containers: [{ name: 'a', image: 'x', ports: [{ containerPort: 'x' }] }] },
    { containers: [{ name: 'a', image: 'x', ports: [{ containerPort: 1 }, { containerPort: 1, protocol: 'TCP' }] }] },
    { containers: [{ name: 'a', image: 'x', livenessProbe: { httpGet: { port: {} } } }] },
    { containers: [{ name: 'a', image: 'x', imagePullPolicy: 'Nope' }] },
    { containers: [{ name: 'a', image: 'x', command: 'x' }] },
    { containers: [{ name: 'a', image: 'x', command: [1, 2] }] },
    { hostNetwork: 'no' },
    { priority: 'high' },
  ].map((spec) => apply('pods/p', 'one', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec })),
];

const LAST = 'kubectl.kubernetes.io/last-applied-configuration';
const last = (body: object): object => ({ [LAST]: `${JSON.stringify(body)}\n` });

/** From client-side to server-side apply, as kubectl does it. */
const migration: Step[] = [
  post(
    `${MAPS}?fieldManager=kubectl-client-side-apply`,
    map('m', { a: '1', b: '1', c: '1' }, { annotations: last(map('m', { a: '1', b: '1', c: '1' })) }),
    managed,
  ),
  patch(`${MAPS}/m?fieldManager=edit`, { data: { b: '2' } }, managed),
  apply(`${MAPS}/m`, 'other', map('m', { a: '3' })),
  apply(`${MAPS}/m`, 'kubectl', map('m', { a: '3', b: '3' })),
  apply(`${MAPS}/m`, 'kubectl', map('m', { a: '3', c: '3' })),
  apply(`${MAPS}/m`, 'kubectl', map('m', { a: '3', c: '3' }, { annotations: { x: 'y' } })),
  apply(`${MAPS}/m`, 'other', map('m', { a: '4' }), FORCE),
  get(`${MAPS}/m`, managed),
  remove(`${MAPS}/m`),
];

const HPAS = '/apis/autoscaling/v2/namespaces/$NS/horizontalpodautoscalers';
const OLD_HPAS = '/apis/autoscaling/v1/namespaces/$NS/horizontalpodautoscalers';
const reference = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } };
const hpa = (version: string, spec: object): object => ({
  apiVersion: `autoscaling/${version}`,
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'h' },
  spec: { ...reference, ...spec },
});

/** Managers that speak different versions. */
const versions: Step[] = [
  apply(`${OLD_HPAS}/h`, 'one', hpa('v1', { maxReplicas: 3, targetCPUUtilizationPercentage: 50 })),
  apply(`${HPAS}/h`, 'two', hpa('v2', { maxReplicas: 4 })),
  apply(`${HPAS}/h`, 'two', hpa('v2', { maxReplicas: 3, minReplicas: 2 })),
  apply(`${HPAS}/h`, 'one', hpa('v2', { maxReplicas: 3 })),
  apply(`${OLD_HPAS}/h`, 'two', hpa('v1', { maxReplicas: 3, minReplicas: 1 })),
  get(`${HPAS}/h`, managed),
];

export const applies: Readonly<Record<string, readonly Step[]>> = {
  'apply-faults': faults,
  'apply-lists': lists,
  'apply-migration': migration,
  'apply-ownership': ownership,
  'apply-subresources': subresources,
  'apply-versions': versions,
};
