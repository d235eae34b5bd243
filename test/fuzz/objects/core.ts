import { LABELS, POD_SPEC, POD_TEMPLATE, type Sample, TEMPLATE_LABELS } from './sample.ts';

const CLAIM_SPEC = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

export const CORE: readonly Sample[] = [
  { kind: '/v1/bindings', body: { target: { kind: 'Node', name: 'fuzz' } }, unmade: 'is an action' },
  { kind: '/v1/configmaps', labels: { app: 'fuzz', tier: 'a' }, body: { data: { a: '1', b: '2' } } },
  {
    kind: '/v1/endpoints',
    body: { subsets: [{ addresses: [{ ip: '10.1.2.3' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }] },
  },
  {
    kind: '/v1/events',
    body: {
      involvedObject: { kind: 'Pod', namespace: 'fuzz', name: 'fuzz', apiVersion: 'v1' },
      reason: 'Started',
      message: 'a message',
      type: 'Normal',
      count: 1,
    },
  },
  {
    kind: '/v1/limitranges',
    body: { spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '100Gi' } }] } },
  },
  { kind: '/v1/namespaces', name: 'fuzz-other', body: {} },
  {
    kind: '/v1/nodes',
    name: 'fuzz-node',
    body: { spec: { unschedulable: true, taints: [{ key: 'fuzz', effect: 'NoSchedule' }] } },
  },
  { kind: '/v1/persistentvolumeclaims', body: { spec: { ...CLAIM_SPEC, storageClassName: 'fuzz-none' } } },
  {
    kind: '/v1/persistentvolumes',
    body: {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/data/fuzz' },
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: 'fuzz-none',
      },
    },
  },
  { kind: '/v1/pods', labels: LABELS, body: { spec: POD_SPEC } },
  { kind: '/v1/podtemplates', body: { template: POD_TEMPLATE } },
  {
    kind: '/v1/replicationcontrollers',
    body: { spec: { replicas: 0, selector: TEMPLATE_LABELS, template: POD_TEMPLATE } },
  },
  { kind: '/v1/resourcequotas', body: { spec: { hard: { 'count/jobs.batch': '100', services: '100' } } } },
  { kind: '/v1/secrets', body: { type: 'Opaque', data: { a: 'MQ==' } } },
  { kind: '/v1/serviceaccounts', body: { automountServiceAccountToken: false } },
  {
    kind: '/v1/services',
    labels: LABELS,
    body: {
      spec: {
        selector: LABELS,
        ports: [
          { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
          { name: 'dns', port: 53, protocol: 'UDP' },
        ],
      },
    },
  },
];

export const REVIEWS: readonly Sample[] = [
  { kind: 'authentication.k8s.io/v1/selfsubjectreviews', body: {}, unmade: 'is not kept' },
  { kind: 'authentication.k8s.io/v1/tokenreviews', body: { spec: { token: 'none' } }, unmade: 'is not kept' },
  {
    kind: 'authorization.k8s.io/v1/localsubjectaccessreviews',
    body: {
      spec: { user: 'jane', resourceAttributes: { namespace: 'fuzz', verb: 'get', resource: 'pods' }, groups: ['dev'] },
    },
    unmade: 'is not kept',
  },
  {
    kind: 'authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: { spec: { nonResourceAttributes: { path: '/healthz', verb: 'get' } } },
    unmade: 'is not kept',
  },
  {
    kind: 'authorization.k8s.io/v1/selfsubjectrulesreviews',
    body: { spec: { namespace: 'fuzz' } },
    unmade: 'is not kept',
  },
  {
    kind: 'authorization.k8s.io/v1/subjectaccessreviews',
    body: { spec: { user: 'jane', resourceAttributes: { verb: 'list', group: 'apps', resource: 'deployments' } } },
    unmade: 'is not kept',
  },
];
