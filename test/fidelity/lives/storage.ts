import type { Life } from '../life.ts';
import { sampleOf } from './samples.ts';

const NAMES = ['life-first', 'life-second', 'life-third'] as const;
const STORAGE = 'storage.k8s.io/v1';
const RESOURCE = 'resource.k8s.io/v1';
const TIME = '2025-06-01T00:00:00Z';
const CONDITION = { type: 'Ready', status: 'True', reason: 'Fine', message: 'fine', lastTransitionTime: TIME };

export const STORAGE_KINDS: readonly Life[] = [
  {
    resource: `${STORAGE}/storageclasses`,
    names: NAMES,
    object: {
      provisioner: 'example.com/disk',
      parameters: { kind: 'slow' },
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'WaitForFirstConsumer',
    },
    change: { allowVolumeExpansion: true },
    strategic: { allowVolumeExpansion: false },
    apply: { allowVolumeExpansion: true },
    invalid: { reclaimPolicy: 'Sometimes' },
    invalidUpdate: { provisioner: 'example.com/other' },
  },
  {
    resource: `${STORAGE}/csidrivers`,
    names: NAMES,
    object: sampleOf(`${STORAGE}/csidrivers`),
    change: { spec: { requiresRepublish: true } },
    strategic: { spec: { storageCapacity: true } },
    apply: { spec: { podInfoOnMount: true } },
    invalid: { spec: { fsGroupPolicy: 'Sometimes' } },
    invalidUpdate: { spec: { attachRequired: true } },
  },
  {
    resource: `${STORAGE}/csinodes`,
    names: NAMES,
    object: sampleOf(`${STORAGE}/csinodes`),
    change: { spec: { drivers: [{ name: 'other.example.com', nodeID: 'n2', topologyKeys: [] }] } },
    invalid: { spec: { drivers: [{ name: '', nodeID: '' }] } },
    status: {},
  },
  {
    resource: `${STORAGE}/csistoragecapacities`,
    object: sampleOf(`${STORAGE}/csistoragecapacities`),
    change: { capacity: '2Gi' },
    strategic: { maximumVolumeSize: '1Gi' },
    apply: { capacity: '3Gi' },
    invalid: { capacity: '-1' },
    invalidUpdate: { storageClassName: 'other' },
  },
  {
    resource: `${STORAGE}/volumeattachments`,
    names: NAMES,
    object: sampleOf(`${STORAGE}/volumeattachments`),
    invalid: { spec: { attacher: '' } },
    invalidUpdate: { spec: { nodeName: 'other' } },
    status: { attached: true, attachmentMetadata: { disk: '1' } },
  },
  {
    resource: `${STORAGE}/volumeattributesclasses`,
    names: NAMES,
    object: sampleOf(`${STORAGE}/volumeattributesclasses`),
    invalid: { driverName: '' },
    invalidUpdate: { driverName: 'other.example.com' },
  },
  {
    resource: `${RESOURCE}/deviceclasses`,
    names: NAMES,
    object: sampleOf(`${RESOURCE}/deviceclasses`),
    change: { spec: { selectors: [{ cel: { expression: 'device.driver == "other.example.com"' } }] } },
    invalid: { spec: { selectors: [{}] } },
  },
  {
    resource: `${RESOURCE}/devicetaintrules`,
    names: NAMES,
    object: sampleOf(`${RESOURCE}/devicetaintrules`),
    change: { spec: { taint: { value: 'c' } } },
    strategic: { spec: { taint: { value: 'd' } } },
    apply: { spec: { taint: { key: 'fuzz.example.com/a', value: 'e', effect: 'None' } } },
    invalid: { spec: { taint: { effect: 'Sometimes' } } },
    status: { conditions: [CONDITION] },
    invalidStatus: { conditions: [{ ...CONDITION, status: 'Maybe' }] },
  },
  {
    resource: `${RESOURCE}/resourceclaims`,
    object: sampleOf(`${RESOURCE}/resourceclaims`),
    invalid: { spec: { devices: { requests: [{ name: '' }] } } },
    invalidUpdate: { spec: { devices: { requests: [] } } },
    status: {},
    invalidStatus: { reservedFor: [{ resource: '', name: '', uid: '' }] },
  },
  {
    resource: `${RESOURCE}/resourceclaimtemplates`,
    object: sampleOf(`${RESOURCE}/resourceclaimtemplates`),
    invalid: { spec: { spec: { devices: { requests: [{ name: '' }] } } } },
    invalidUpdate: { spec: { spec: { devices: { requests: [] } } } },
  },
  {
    resource: `${RESOURCE}/resourceslices`,
    names: NAMES,
    object: sampleOf(`${RESOURCE}/resourceslices`),
    change: { spec: { pool: { generation: 2 } } },
    invalid: { spec: { driver: '' } },
    invalidUpdate: { spec: { driver: 'other.example.com' } },
  },
  {
    resource: 'storagemigration.k8s.io/v1/storageversionmigrations',
    names: NAMES,
    object: sampleOf('storagemigration.k8s.io/v1/storageversionmigrations'),
    invalid: { spec: { resource: { resource: '' } } },
    invalidUpdate: { spec: { resource: { resource: 'others' } } },
    status: { conditions: [CONDITION], resourceVersion: '1' },
  },
];

const AUTHORIZATION = 'authorization.k8s.io/v1';
const ATTRIBUTES = { namespace: 'default', verb: 'get', resource: 'pods' };

export const REVIEWS: readonly Life[] = [
  { resource: '/v1/componentstatuses', object: {} },
  { resource: 'authentication.k8s.io/v1/selfsubjectreviews', isNameless: true, object: {} },
  {
    resource: 'authentication.k8s.io/v1/tokenreviews',
    isNameless: true,
    object: { spec: { token: 'nobodys' } },
    invalid: { spec: { token: '' } },
  },
  {
    resource: `${AUTHORIZATION}/subjectaccessreviews`,
    isNameless: true,
    object: { spec: { user: 'jane', resourceAttributes: ATTRIBUTES } },
    invalid: { spec: { user: null } },
  },
  {
    resource: `${AUTHORIZATION}/localsubjectaccessreviews`,
    isNameless: true,
    object: { spec: { user: 'jane', resourceAttributes: { ...ATTRIBUTES, namespace: '$NS' } } },
    invalid: { spec: { user: null } },
  },
  {
    resource: `${AUTHORIZATION}/selfsubjectaccessreviews`,
    isNameless: true,
    object: { spec: { resourceAttributes: ATTRIBUTES } },
    invalid: { spec: { nonResourceAttributes: { path: '/', verb: 'get' } } },
  },
  {
    resource: `${AUTHORIZATION}/selfsubjectrulesreviews`,
    isNameless: true,
    object: { spec: { namespace: 'default' } },
    invalid: { spec: { namespace: '' } },
  },
];
