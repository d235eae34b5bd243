import type { Step } from '../../../support/exchanges.ts';
import { get, patch, post, remove, table } from './steps.ts';

const VOLUMES = '/api/v1/persistentvolumes';
const claim = (spec: object): Step => post('persistentvolumeclaims', { metadata: { name: 'c' }, spec });
const volume = (spec: object): Step => post(VOLUMES, { metadata: { name: 'rec-v' }, spec }, { without: ['phase'] });
const term = { matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] };

export const volumes: Step[] = [
  claim({}),
  claim({
    accessModes: ['x', 'ReadWriteOncePod', 'ReadWriteOnce'],
    resources: { requests: { storage: '-1' } },
    storageClassName: 'A_',
    volumeMode: 'x',
    selector: { matchLabels: { 'a b': 'c' } },
    dataSource: { kind: 'x', name: '' },
  }),
  claim({
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1.5Gi' } },
    storageClassName: 'rec-none',
    dataSource: { kind: 'PersistentVolumeClaim', name: 'x' },
  }),
  table('persistentvolumeclaims'),
  patch('persistentvolumeclaims/c', { spec: { accessModes: ['ReadWriteMany'], storageClassName: 'q' } }),
  patch('persistentvolumeclaims/c', { spec: { resources: { requests: { storage: '3Gi' } } } }),
  patch('persistentvolumeclaims/c/status', { status: { phase: 'Lost' } }),
  volume({}),
  volume({
    capacity: { storage: '-1', cpu: '1' },
    accessModes: ['x'],
    hostPath: { path: '../x', type: 'foo' },
    nfs: { server: '', path: 'a' },
    persistentVolumeReclaimPolicy: 'x',
    volumeMode: 'y',
    storageClassName: 'A_',
  }),
  volume({
    capacity: { storage: '5Gi' },
    accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
    csi: { driver: 'a.b', volumeHandle: 'x', fsType: 'ext4' },
    storageClassName: 'rec-none',
    nodeAffinity: { required: { nodeSelectorTerms: [term] } },
  }),
  patch(`${VOLUMES}/rec-v`, { spec: { csi: { volumeHandle: 'y' }, volumeMode: 'Block' } }),
  patch(`${VOLUMES}/rec-v`, { spec: { capacity: { storage: '6Gi' } } }, { without: ['phase'] }),
  remove(`${VOLUMES}/rec-v`, undefined, { without: ['phase'] }),
  get(`${VOLUMES}?fieldSelector=spec.capacity%3D6Gi`),
];
