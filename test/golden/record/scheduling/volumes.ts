import type { SchedulingCase } from '../../../support/controller-cases/scheduling.ts';
import { create, look, node, pod, priority } from './steps.ts';

const A = 'golden-a';
const B = 'golden-b';
const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';

const claim = (name: string, spec: object = {}) =>
  create('v1/persistentvolumeclaims', {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    metadata: { name },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: '',
      resources: { requests: { storage: '1Gi' } },
      ...spec,
    },
  });

const volume = (name: string, spec: object = {}, labels: object = {}) =>
  create('v1/persistentvolumes', {
    kind: 'PersistentVolume',
    apiVersion: 'v1',
    metadata: { name, labels },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Gi' },
      hostPath: { path: '/x' },
      storageClassName: '',
      ...spec,
    },
  });

const later = (name: string, provisioner: string, more: object = {}) =>
  create('storage.k8s.io/v1/storageclasses', {
    kind: 'StorageClass',
    apiVersion: 'storage.k8s.io/v1',
    metadata: { name },
    provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
    ...more,
  });

const uses = (claimName: string): object => ({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }] });
const onHost = (host: string): object => ({
  nodeAffinity: {
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: HOST, operator: 'In', values: [host] }] }] },
  },
});

export const volumes: readonly SchedulingCase[] = [
  {
    name: 'a claim that is not there, and one without a volume',
    steps: [
      node(A),
      pod('missing', { spec: uses('missing') }),
      claim('unbound'),
      pod('unbound', { spec: uses('unbound') }),
      look,
    ],
  },
  {
    name: 'a volume of one node',
    steps: [
      node(A, { allocatable: { cpu: '1' } }),
      node(B),
      volume('golden-v', onHost(A)),
      claim('c', { volumeName: 'golden-v' }),
      pod('full', { requests: { cpu: '2' }, spec: uses('c') }),
      pod('p', { spec: uses('c') }),
      look,
    ],
  },
  {
    name: 'a claim that waits for its pod, without a volume and without a provisioner',
    steps: [
      node(A),
      later('golden-later', 'kubernetes.io/no-provisioner'),
      claim('c', { storageClassName: 'golden-later' }),
      pod('p', { spec: uses('c') }),
      look,
      volume('golden-v', { ...onHost(A), storageClassName: 'golden-later' }),
      look,
    ],
  },
  {
    name: 'a claim for one pod that another uses',
    steps: [
      priority('golden-high', 1000),
      node(A),
      volume('golden-v', { accessModes: ['ReadWriteOncePod'] }),
      claim('c', { accessModes: ['ReadWriteOncePod'], volumeName: 'golden-v' }),
      pod('first', { spec: uses('c') }),
      pod('p', { spec: uses('c') }),
      look,
    ],
  },
  {
    name: 'the zone of a volume',
    steps: [
      node(A, { labels: { [ZONE]: 'one' } }),
      node(B, { labels: { [ZONE]: 'two' }, spec: { unschedulable: true } }),
      volume('golden-v', {}, { [ZONE]: 'two' }),
      claim('c', { volumeName: 'golden-v' }),
      pod('p', { spec: uses('c') }),
      look,
    ],
  },
  {
    name: 'a disk that two pods cannot have',
    steps: [
      node(A),
      ...['first', 'p'].map((name) =>
        pod(name, {
          spec: { volumes: [{ name: 'v', iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2026-01.x:y', lun: 0 } }] },
        }),
      ),
      look,
    ],
  },
];
