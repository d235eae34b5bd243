import type { Step } from '../../../support/exchanges.ts';
import { get, patch, pod, post, remove } from './steps.ts';

const CLAIMS = 'persistentvolumeclaims';
const STORAGE_CLASSES = '/apis/storage.k8s.io/v1/storageclasses';
const INGRESSES = '/apis/networking.k8s.io/v1/namespaces/$NS/ingresses';
const INGRESS_CLASSES = '/apis/networking.k8s.io/v1/ingressclasses';
const RUNTIME_CLASSES = '/apis/node.k8s.io/v1/runtimeclasses';

const claim = (name: string, spec: object = {}, metadata: object = {}): object => ({
  metadata: { name, ...metadata },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
const storageClass = (name: string, more: object = {}, annotations: object = {}): object => ({
  metadata: { name, annotations },
  provisioner: 'example.com/none',
  volumeBindingMode: 'WaitForFirstConsumer',
  ...more,
});
const IS_DEFAULT = { 'storageclass.kubernetes.io/is-default-class': 'true' };
const IS_DEFAULT_BETA = { 'storageclass.beta.kubernetes.io/is-default-class': 'true' };
const SETTLING = { without: ['status', 'annotations', 'finalizers'] };

const GONE = { without: ['status', 'annotations', 'finalizers', 'spec'] };
const VOLUMES = '/api/v1/persistentvolumes';

/** A claim with a volume of its own; the status is what the controller of a real server says as well. */
const bound = (name: string, storageClassName: string): Step[] => [
  post(VOLUMES, {
    metadata: { name: `$NS-${name}` },
    spec: {
      storageClassName,
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      hostPath: { path: '/tmp' },
      claimRef: { namespace: '$NS', name },
    },
  }),
  patch(`${CLAIMS}/${name}`, { spec: { volumeName: `$NS-${name}` } }, SETTLING),
  patch(`${CLAIMS}/${name}/status`, { status: { phase: 'Bound' } }, SETTLING),
];

/** Which class a claim gets, and which claims may grow. */
const claims: Step[] = [
  post(CLAIMS, claim('none'), SETTLING),
  post(STORAGE_CLASSES, storageClass('$NS-b', {}, IS_DEFAULT)),
  post(STORAGE_CLASSES, storageClass('$NS-a', { allowVolumeExpansion: true }, IS_DEFAULT_BETA)),
  get(`${STORAGE_CLASSES}/$NS-a`),
  post(CLAIMS, claim('empty', { storageClassName: '' }), SETTLING),
  post(CLAIMS, claim('named', { storageClassName: '$NS-b' }), SETTLING),
  post(CLAIMS, claim('annotated', {}, { annotations: { 'volume.beta.kubernetes.io/storage-class': 'x' } }), {
    without: ['status', 'finalizers'],
  }),
  post(CLAIMS, claim('defaulted'), SETTLING),
  remove(`${STORAGE_CLASSES}/$NS-a`),
  post(STORAGE_CLASSES, storageClass('$NS-a', { allowVolumeExpansion: true })),
  get(`${STORAGE_CLASSES}/$NS-a`),
  remove(`${STORAGE_CLASSES}/$NS-b`),
  post(STORAGE_CLASSES, storageClass('$NS-b')),
  post(CLAIMS, claim('grows', { storageClassName: '$NS-a' }), SETTLING),
  patch(`${CLAIMS}/grows`, { spec: { resources: { requests: { storage: '2Gi' } } } }, SETTLING),
  ...bound('grows', '$NS-a'),
  patch(`${CLAIMS}/grows`, { spec: { resources: { requests: { storage: '2Gi' } } } }, SETTLING),
  ...bound('named', '$NS-b'),
  patch(`${CLAIMS}/named`, { spec: { resources: { requests: { storage: '2Gi' } } } }, SETTLING),
  patch(`${CLAIMS}/named`, { metadata: { labels: { a: 'b' } } }, SETTLING),
  ...['grows', 'named'].flatMap((name) => [
    remove(`${CLAIMS}/${name}`, {}, GONE),
    remove(`${VOLUMES}/$NS-${name}`, {}, GONE),
  ]),
  remove(`${STORAGE_CLASSES}/$NS-a`),
  remove(`${STORAGE_CLASSES}/$NS-b`),
];

const ingress = (name: string, spec: object = {}, annotations: object = {}): object => ({
  metadata: { name, annotations },
  spec: { defaultBackend: { service: { name: 's', port: { number: 80 } } }, ...spec },
});
const ingressClass = (name: string, isDefault: string): object => ({
  metadata: { name, annotations: { 'ingressclass.kubernetes.io/is-default-class': isDefault } },
  spec: { controller: 'example.com/c' },
});

const ingresses: Step[] = [
  post(INGRESSES, ingress('none')),
  post(INGRESS_CLASSES, ingressClass('$NS-a', 'false')),
  post(INGRESS_CLASSES, ingressClass('$NS-b', 'true')),
  get(`${INGRESS_CLASSES}/$NS-b`),
  post(INGRESSES, ingress('named', { ingressClassName: 'other' })),
  post(INGRESSES, ingress('annotated', {}, { 'kubernetes.io/ingress.class': 'old' })),
  post(INGRESSES, ingress('defaulted')),
  remove(`${INGRESS_CLASSES}/$NS-a`),
  remove(`${INGRESS_CLASSES}/$NS-b`),
];

const runtimeClass = (name: string, more: object = {}): object => ({ metadata: { name }, handler: 'h', ...more });
const zone = { zone: 'a', disk: 'fast' };
const toleration = { key: 'k', operator: 'Exists' };
const narrow = { key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' };

const runtimes: Step[] = [
  post(RUNTIME_CLASSES, runtimeClass('$NS-plain')),
  post(RUNTIME_CLASSES, runtimeClass('$NS-costs', { overhead: { podFixed: { cpu: '250m', memory: '64Mi' } } })),
  post(
    RUNTIME_CLASSES,
    runtimeClass('$NS-placed', { scheduling: { nodeSelector: zone, tolerations: [toleration, { key: 'other' }] } }),
  ),
  get(`${RUNTIME_CLASSES}/$NS-placed`),
  post('pods', pod('missing', { runtimeClassName: '$NS-missing' })),
  post('pods', { metadata: { generateName: 'gen-' }, spec: { runtimeClassName: '$NS-missing', containers: [] } }),
  post('pods', pod('plain', { runtimeClassName: '$NS-plain' })),
  post('pods', pod('plain-costs', { runtimeClassName: '$NS-plain', overhead: { cpu: '1' } })),
  post('pods', pod('alone', { overhead: { cpu: '1' } })),
  post('pods', pod('costs', { runtimeClassName: '$NS-costs' })),
  post('pods', pod('same', { runtimeClassName: '$NS-costs', overhead: { cpu: '0.25', memory: '64Mi' } })),
  post('pods', pod('less', { runtimeClassName: '$NS-costs', overhead: { cpu: '0.25' } })),
  post('pods', pod('placed', { runtimeClassName: '$NS-placed' })),
  post('pods', pod('also-placed', { runtimeClassName: '$NS-placed', nodeSelector: { zone: 'a', own: 'x' } })),
  post('pods', pod('elsewhere', { runtimeClassName: '$NS-placed', nodeSelector: { zone: 'b' } })),
  post('pods', pod('tolerant', { runtimeClassName: '$NS-placed', tolerations: [narrow, { key: 'other' }] })),
  post('pods', pod('wide', { runtimeClassName: '$NS-placed', tolerations: [{ operator: 'Exists' }] })),
  remove(`${RUNTIME_CLASSES}/$NS-plain`),
  remove(`${RUNTIME_CLASSES}/$NS-costs`),
  remove(`${RUNTIME_CLASSES}/$NS-placed`),
];

const node = (name: string, more: object = {}): object => ({ metadata: { name }, ...more });
const NODE = { without: ['annotations', 'podCIDR', 'podCIDRs'] };
const binding = (name: string, target: string, metadata: object = {}): object => ({
  metadata: { name, ...metadata },
  target: { kind: 'Node', name: target },
});
const ZONES = { 'topology.kubernetes.io/zone': 'z', 'topology.kubernetes.io/region': 'r', other: 'o' };

/** What a node begins with, and what its pods take over from it. */
const nodes: Step[] = [
  post('/api/v1/nodes', node('$NS-plain'), NODE),
  post('/api/v1/nodes', node('$NS-tainted', { spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } }), NODE),
  post(
    '/api/v1/nodes',
    node('$NS-known', {
      spec: { taints: [{ key: 'node.kubernetes.io/not-ready', value: 'v', effect: 'NoSchedule' }] },
    }),
    NODE,
  ),
  post(
    '/api/v1/nodes',
    node('$NS-other', { spec: { taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' }] } }),
    NODE,
  ),
  post('/api/v1/nodes', { metadata: { name: '$NS-zoned', labels: ZONES } }, NODE),
  get('/api/v1/nodes/$NS-zoned', { without: ['annotations', 'podCIDR', 'podCIDRs', 'taints'] }),
  post('pods', pod('placed', { nodeName: '$NS-zoned' }, { labels: { a: 'b', 'topology.kubernetes.io/zone': 'x' } })),
  post('pods', pod('nowhere', { nodeName: '$NS-nowhere' })),
  post('pods', pod('waits', {}, { labels: { 'topology.kubernetes.io/zone': 'x' } })),
  post('pods/waits/binding', binding('waits', '$NS-zoned', { labels: { z: 'z' } })),
  get('pods/waits', { without: ['status'] }),
  patch('pods/waits', { metadata: { labels: { 'topology.kubernetes.io/zone': 'mine' } } }, { without: ['status'] }),
  ...['plain', 'tainted', 'known', 'other', 'zoned'].map((name) => remove(`/api/v1/nodes/$NS-${name}`, {}, NODE)),
];

export const admission: Readonly<Record<string, readonly Step[]>> = {
  'admission-claims': claims,
  'admission-ingresses': ingresses,
  'admission-nodes': nodes.map((step) =>
    step.method === 'DELETE' ? { ...step, without: [...(step.without ?? []), 'taints'] } : step,
  ),
  'admission-runtimes': runtimes,
};
