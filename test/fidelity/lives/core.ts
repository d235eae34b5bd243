import type { Life } from '../life.ts';
import { CLAIM_SPEC, POD_SPEC, QUIET_POD, TEMPLATE } from './samples.ts';

/** The taint of new nodes. */
const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

const DEBUG = { name: 'debug', image: 'busybox', targetContainerName: 'web' };

const pods: Life = {
  resource: '/v1/pods',
  object: { spec: QUIET_POD },
  change: { metadata: { labels: { tier: 'front' } }, spec: { activeDeadlineSeconds: 600 } },
  strategic: {
    spec: { containers: [{ name: 'web', image: 'nginx:1.29' }], tolerations: [{ key: 'spot', operator: 'Exists' }] },
  },
  apply: { spec: { containers: [{ name: 'web', image: 'nginx:1.30' }] } },
  invalid: { spec: { restartPolicy: 'Sometimes' } },
  invalidUpdate: { spec: { hostNetwork: true } },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2025-06-01T00:00:00Z' }],
    podIP: '10.0.0.7',
    podIPs: [{ ip: '10.0.0.7' }],
  },
  invalidStatus: { podIP: 'nowhere', podIPs: [{ ip: 'nowhere' }] },
  parts: [
    { method: 'GET', path: '/api/v1/namespaces/$NS/pods/first/ephemeralcontainers' },
    {
      method: 'PATCH',
      path: '/api/v1/namespaces/$NS/pods/first/ephemeralcontainers',
      type: 'strategic',
      body: { spec: { ephemeralContainers: [DEBUG] } },
    },
    {
      method: 'PATCH',
      path: '/api/v1/namespaces/$NS/pods/first/ephemeralcontainers',
      type: 'strategic',
      body: { spec: { ephemeralContainers: [{ name: 'web', image: 'busybox' }] } },
    },
    {
      method: 'PUT',
      path: '/api/v1/namespaces/$NS/pods/first/ephemeralcontainers',
      body: {
        metadata: { name: 'first' },
        spec: { ...QUIET_POD, ephemeralContainers: [DEBUG, { name: 'more', image: 'busybox' }] },
      },
    },
    {
      method: 'PATCH',
      path: '/api/v1/namespaces/$NS/pods/first/ephemeralcontainers?fieldManager=erin',
      type: 'apply',
      body: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'first' },
        spec: { ephemeralContainers: [{ name: 'applied', image: 'busybox' }] },
      },
    },
    { method: 'GET', path: '/api/v1/namespaces/$NS/pods/first/resize' },
    {
      method: 'PUT',
      path: '/api/v1/namespaces/$NS/pods/first/resize',
      body: { metadata: { name: 'first' }, spec: QUIET_POD },
    },
    {
      method: 'PATCH',
      path: '/api/v1/namespaces/$NS/pods/first/resize?fieldManager=frank&force=true',
      type: 'apply',
      body: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'first' },
        spec: { containers: [{ name: 'web', resources: { requests: { memory: '24Mi' } } }] },
      },
    },
    {
      method: 'PATCH',
      path: '/api/v1/namespaces/$NS/pods/first/resize',
      type: 'strategic',
      body: { spec: { containers: [{ name: 'web', resources: { requests: { cpu: '20m' } } }] } },
    },
    {
      method: 'PATCH',
      path: '/api/v1/namespaces/$NS/pods/first/resize',
      type: 'strategic',
      body: { spec: { containers: [{ name: 'web', resources: { requests: { 'example.com/gpu': '1' } } }] } },
    },
    {
      method: 'POST',
      path: '/api/v1/namespaces/$NS/pods',
      body: { metadata: { name: 'bound' }, spec: QUIET_POD },
    },
    {
      method: 'POST',
      path: '/api/v1/namespaces/$NS/pods/bound/binding',
      body: { metadata: { name: 'bound' }, target: { kind: 'Node', name: 'nowhere' } },
    },
    {
      method: 'POST',
      path: '/api/v1/namespaces/$NS/pods/bound/binding',
      body: { metadata: { name: 'bound' }, target: { kind: 'Node', name: 'elsewhere' } },
    },
    { method: 'GET', path: '/api/v1/namespaces/$NS/pods/bound' },
    {
      method: 'POST',
      path: '/api/v1/namespaces/$NS/pods/bound/eviction?dryRun=All',
      body: { metadata: { name: 'bound' } },
    },
    { method: 'POST', path: '/api/v1/namespaces/$NS/pods/bound/eviction', body: { metadata: { name: 'bound' } } },
    { method: 'POST', path: '/api/v1/namespaces/$NS/pods/nobody/eviction', body: { metadata: { name: 'nobody' } } },
  ],
};

const services: Life = {
  resource: '/v1/services',
  object: {
    spec: {
      selector: { app: 'shop' },
      ports: [
        { name: 'http', port: 80, targetPort: 'http' },
        { name: 'dns', port: 53, protocol: 'UDP' },
      ],
    },
  },
  change: { spec: { sessionAffinity: 'ClientIP' } },
  strategic: { spec: { ports: [{ port: 8080, name: 'more' }] } },
  apply: { spec: { selector: { tier: 'front' } } },
  invalid: { spec: { type: 'Nothing' } },
  invalidUpdate: { spec: { clusterIP: '192.168.0.1' } },
  status: { loadBalancer: { ingress: [{ hostname: 'shop.example.com' }] } },
  invalidStatus: { loadBalancer: { ingress: [{ ip: 'nowhere' }] } },
};

export const CORE: readonly Life[] = [
  pods,
  services,
  {
    resource: '/v1/configmaps',
    object: { data: { 'shop.properties': 'color=blue\nsize=3\n' }, binaryData: { logo: 'iVBORw0KGgo=' } },
    change: { data: { mode: 'fast' } },
    strategic: { data: { 'shop.properties': null, other: 'x' } },
    apply: { data: { owner: 'alice' } },
    invalid: { data: { 'no spaces': 'x' } },
    invalidUpdate: { data: { logo: 'twice' } },
  },
  {
    resource: '/v1/secrets',
    object: { type: 'Opaque', stringData: { password: 'swordfish' }, data: { user: 'c2hvcA==' } },
    change: { stringData: { more: 'x' } },
    strategic: { stringData: { password: 'other' } },
    apply: { data: { owner: 'YWxpY2U=' } },
    invalid: { data: { 'no spaces': '' } },
    invalidUpdate: { type: 'example.com/other' },
  },
  {
    resource: '/v1/namespaces',
    names: ['life-first', 'life-second', 'life-third'],
    object: {},
    invalid: { metadata: { name: 'No_Name' } },
    status: { phase: 'Active' },
    parts: [
      {
        method: 'PUT',
        path: '/api/v1/namespaces/life-first/finalize',
        body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'life-first' }, spec: { finalizers: [] } },
      },
      {
        method: 'PUT',
        path: '/api/v1/namespaces/life-nobody/finalize',
        body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'life-nobody' }, spec: {} },
      },
    ],
  },
  {
    resource: '/v1/nodes',
    names: ['life-first', 'life-second', 'life-third'],
    object: {
      spec: { unschedulable: true, taints: [NOT_READY, { key: 'spot', effect: 'NoSchedule' }], providerID: 'shop://1' },
    },
    change: { metadata: { labels: { 'node-role.kubernetes.io/worker': '' } } },
    strategic: { spec: { taints: [{ key: 'other', effect: 'NoExecute' }] } },
    apply: { spec: { unschedulable: true } },
    invalid: { spec: { taints: [{ key: 'a', effect: 'Sometimes' }] } },
    invalidUpdate: { spec: { providerID: 'shop://2' } },
    status: {
      capacity: { cpu: '4', memory: '8Gi', pods: '110' },
      addresses: [{ type: 'InternalIP', address: '192.0.2.10' }],
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'ready' }],
    },
    invalidStatus: { capacity: { cpu: '-1' } },
    parts: [{ method: 'POST', path: '/api/v1/nodes?dryRun=All', body: { metadata: { name: 'life-third' } } }],
  },
  {
    resource: '/v1/persistentvolumes',
    names: ['life-first', 'life-second', 'life-third'],
    object: {
      spec: {
        capacity: { storage: '10Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/data/shop' },
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: 'slow',
      },
    },
    change: { spec: { capacity: { storage: '20Gi' } } },
    strategic: { spec: { mountOptions: ['ro'] } },
    apply: { spec: { persistentVolumeReclaimPolicy: 'Retain' } },
    invalid: { spec: { accessModes: ['Sometimes'] } },
    invalidUpdate: { spec: { hostPath: { path: '/elsewhere' } } },
    status: { phase: 'Available', message: 'free' },
  },
  {
    resource: '/v1/persistentvolumeclaims',
    object: { spec: { ...CLAIM_SPEC, storageClassName: 'slow' } },
    strategic: { metadata: { labels: { tier: 'data' } } },
    invalid: { spec: { accessModes: ['Sometimes'] } },
    invalidUpdate: { spec: { accessModes: ['ReadOnlyMany'] } },
    status: { phase: 'Pending', conditions: [{ type: 'Resizing', status: 'True' }] },
    invalidStatus: { conditions: [{ type: '', status: 'Maybe' }] },
  },
  {
    resource: '/v1/serviceaccounts',
    object: { automountServiceAccountToken: false, imagePullSecrets: [{ name: 'registry' }] },
    change: { automountServiceAccountToken: true },
    strategic: { secrets: [{ name: 'token' }] },
    apply: { imagePullSecrets: [{ name: 'other' }] },
    invalid: { metadata: { name: 'No_Name' } },
    parts: [
      {
        method: 'POST',
        path: '/api/v1/namespaces/$NS/serviceaccounts/first/token',
        body: { spec: { expirationSeconds: 1 } },
      },
      { method: 'POST', path: '/api/v1/namespaces/$NS/serviceaccounts/nobody/token', body: { spec: {} } },
    ],
  },
  {
    resource: '/v1/endpoints',
    object: {
      subsets: [
        { addresses: [{ ip: '192.0.2.1', hostname: 'a' }], ports: [{ name: 'http', port: 80 }] },
        { notReadyAddresses: [{ ip: '192.0.2.2' }], ports: [{ name: 'http', port: 80 }] },
      ],
    },
    change: { subsets: [{ addresses: [{ ip: '192.0.2.3' }], ports: [{ port: 81 }] }] },
    apply: { subsets: [{ addresses: [{ ip: '192.0.2.4' }] }] },
    invalid: { subsets: [{ addresses: [{ ip: 'nowhere' }], ports: [{ port: 0 }] }] },
  },
  {
    resource: '/v1/events',
    object: {
      involvedObject: { kind: 'Pod', namespace: '$NS', name: 'first', apiVersion: 'v1' },
      reason: 'Started',
      message: 'Started container web',
      type: 'Normal',
      count: 1,
      source: { component: 'kubelet', host: 'node01' },
      firstTimestamp: '2025-06-01T00:00:00Z',
      lastTimestamp: '2025-06-01T00:00:00Z',
    },
    change: { count: 2 },
    strategic: { count: 3 },
    apply: { message: 'Started again' },
    invalid: { involvedObject: { namespace: 'elsewhere' } },
  },
  {
    resource: 'events.k8s.io/v1/events',
    object: {
      eventTime: '2025-06-01T00:00:00.000000Z',
      reportingController: 'example.com/shop',
      reportingInstance: 'shop-1',
      action: 'Selling',
      reason: 'Sold',
      regarding: { kind: 'Pod', namespace: '$NS', name: 'first', apiVersion: 'v1' },
      note: 'Sold a shoe',
      type: 'Normal',
    },
    change: { series: { count: 2, lastObservedTime: '2025-06-01T00:00:01.000000Z' } },
    strategic: { series: { count: 3 } },
    apply: { series: { count: 4, lastObservedTime: '2025-06-01T00:00:02.000000Z' } },
    invalid: { type: 'Loud' },
    invalidUpdate: { reason: 'Returned' },
  },
  {
    resource: '/v1/limitranges',
    object: {
      spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '100Gi' }, min: { storage: '1Gi' } }] },
    },
    change: { spec: { limits: [{ type: 'PersistentVolumeClaim', max: { storage: '200Gi' } }] } },
    invalid: { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { cpu: '2' } }] } },
  },
  {
    resource: '/v1/resourcequotas',
    object: { spec: { hard: { 'count/jobs.batch': '100', services: '50' }, scopes: [] } },
    change: { spec: { hard: { services: '60' } } },
    strategic: { spec: { hard: { 'requests.cpu': '10' } } },
    apply: { spec: { hard: { pods: '50' } } },
    invalid: { spec: { hard: { services: '-1' } } },
    status: { hard: { services: '50' }, used: { services: '1' } },
    invalidStatus: { used: { services: '-1' } },
  },
  {
    resource: '/v1/podtemplates',
    object: { template: TEMPLATE },
    change: { template: { metadata: { labels: { tier: 'front' } } } },
    strategic: { template: { spec: { containers: [{ name: 'web', image: 'nginx:1.29' }] } } },
    apply: { template: { spec: { containers: [{ name: 'web', image: 'nginx:1.30' }] } } },
    invalid: { template: { spec: { restartPolicy: 'Sometimes' } } },
  },
  {
    resource: '/v1/replicationcontrollers',
    object: { spec: { replicas: 0, selector: { run: 'none' }, template: TEMPLATE } },
    change: { spec: { minReadySeconds: 5 } },
    strategic: { spec: { template: { spec: { containers: [{ name: 'web', image: 'nginx:1.29' }] } } } },
    apply: { spec: { minReadySeconds: 6 } },
    invalid: { spec: { replicas: -1 } },
    invalidUpdate: { spec: { selector: { run: 'other' } } },
    status: { replicas: 1, readyReplicas: 1 },
    invalidStatus: { replicas: -1 },
  },
  {
    resource: '/v1/bindings',
    object: { target: { kind: 'Node', name: 'nowhere' } },
    invalid: { target: { kind: 'Shoe' } },
    needs: [
      { method: 'POST', path: '/api/v1/namespaces/$NS/pods', body: { metadata: { name: 'first' }, spec: POD_SPEC } },
    ],
  },
];
