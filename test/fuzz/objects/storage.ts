import type { Sample } from './sample.ts';

const REQUESTS = [{ name: 'one', exactly: { deviceClassName: 'fuzz', count: 1, allocationMode: 'ExactCount' } }];

export const STORAGE: readonly Sample[] = [
  { kind: 'storage.k8s.io/v1/csidrivers', name: 'fuzz.example.com', body: { spec: { attachRequired: false } } },
  {
    kind: 'storage.k8s.io/v1/csinodes',
    body: { spec: { drivers: [{ name: 'fuzz.example.com', nodeID: 'n1', topologyKeys: ['a'] }] } },
  },
  {
    kind: 'storage.k8s.io/v1/csistoragecapacities',
    body: { storageClassName: 'fuzz', capacity: '1Gi', nodeTopology: { matchLabels: { a: 'b' } } },
  },
  {
    kind: 'storage.k8s.io/v1/storageclasses',
    body: { provisioner: 'example.com/fuzz', parameters: { a: 'b' }, reclaimPolicy: 'Delete' },
  },
  {
    kind: 'storage.k8s.io/v1/volumeattachments',
    body: { spec: { attacher: 'fuzz.example.com', nodeName: 'none', source: { persistentVolumeName: 'fuzz' } } },
  },
  {
    kind: 'storage.k8s.io/v1/volumeattributesclasses',
    body: { driverName: 'fuzz.example.com', parameters: { iops: '3' } },
  },
  {
    kind: 'resource.k8s.io/v1/deviceclasses',
    body: { spec: { selectors: [{ cel: { expression: 'device.driver == "fuzz.example.com"' } }] } },
  },
  {
    kind: 'resource.k8s.io/v1/devicetaintrules',
    body: {
      spec: {
        deviceSelector: { driver: 'fuzz.example.com' },
        taint: { key: 'fuzz.example.com/a', value: 'b', effect: 'None' },
      },
    },
  },
  { kind: 'resource.k8s.io/v1/resourceclaims', body: { spec: { devices: { requests: REQUESTS } } } },
  {
    kind: 'resource.k8s.io/v1/resourceclaimtemplates',
    body: { spec: { spec: { devices: { requests: REQUESTS } } } },
  },
  {
    kind: 'resource.k8s.io/v1/resourceslices',
    body: {
      spec: {
        driver: 'fuzz.example.com',
        pool: { name: 'a', generation: 1, resourceSliceCount: 1 },
        allNodes: true,
        devices: [{ name: 'd0', attributes: { model: { string: 'x' } }, capacity: { mem: { value: '1Gi' } } }],
      },
    },
  },
  {
    kind: 'storagemigration.k8s.io/v1/storageversionmigrations',
    body: { spec: { resource: { group: '', resource: 'nones' } } },
  },
];
