/** Rules for persistent volumes: pkg/apis/core/validation, ValidatePersistentVolumeSpec. */
import { deepEqual, type Frozen, getOwn } from '../../base/freeze.ts';
import {
  type FieldProblem,
  forbiddenField,
  immutable,
  invalid,
  notSupported,
  required,
} from '../../kube/field-problem.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../../kube/names.ts';
import { quantityValue } from '../../kube/quantity.ts';
import type {
  CSIPersistentVolumeSource,
  LocalVolumeSource,
  PersistentVolume,
  PersistentVolumeSpec,
  SecretReference,
} from '../../kube/types.gen.ts';
import { accessModeProblems, positiveAmountProblems, volumeModeProblems } from './claim-rules.ts';
import { internalForm } from './internal-form.ts';
import { valueDiff } from './line-diff.ts';
import { nodeSelectorProblems } from './node-selector-rules.ts';
import { backstepProblems } from './path-rules.ts';
import { COMMON_SOURCES, driverNameProblems, source, sourceProblems } from './volume-source-rules.ts';

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];
const MOUNT_OPTIONS = 'volume.beta.kubernetes.io/mount-options';

type Spec = Frozen<PersistentVolumeSpec>;

function secretProblems(path: string, secret: Frozen<SecretReference> | undefined): FieldProblem[] {
  if (!secret) return [];
  const check = (field: 'name' | 'namespace', rules: (text: string) => string[]): FieldProblem[] => {
    const text = secret[field] ?? '';
    return text === ''
      ? [required(`${path}.${field}`)]
      : rules(text).map((detail) => invalid(`${path}.${field}`, text, detail));
  };
  return [...check('name', dnsSubdomainProblems), ...check('namespace', dnsLabelProblems)];
}

function csiProblems(csi: Frozen<CSIPersistentVolumeSource>, path: string): FieldProblem[] {
  return [
    ...driverNameProblems(`${path}.driver`, csi.driver),
    ...(csi.volumeHandle === '' ? [required(`${path}.volumeHandle`)] : []),
    ...secretProblems(`${path}.controllerPublishSecretRef`, csi.controllerPublishSecretRef),
    ...secretProblems(`${path}.controllerExpandSecretRef`, csi.controllerExpandSecretRef),
    ...secretProblems(`${path}.nodePublishSecretRef`, csi.nodePublishSecretRef),
    ...secretProblems(`${path}.nodeExpandSecretRef`, csi.nodeExpandSecretRef),
  ];
}

function localProblems({ path: target }: Frozen<LocalVolumeSource>, path: string): FieldProblem[] {
  return target === '' ? [required(`${path}.path`)] : backstepProblems(`${path}.path`, target);
}

const common = COMMON_SOURCES;
const BEFORE_LOCAL = [
  common.hostPath,
  common.gcePersistentDisk,
  common.awsElasticBlockStore,
  common.glusterfs,
  common.flocker,
  common.nfs,
  common.rbd,
  common.quobyte,
  common.cephfs,
  common.iscsi,
  common.cinder,
  common.fc,
  common.flexVolume,
  common.azureFile,
  common.vsphereVolume,
  common.photonPersistentDisk,
  common.portworxVolume,
  common.azureDisk,
  common.scaleIO,
];

/** The sources in the order in which upstream looks at them. */
const sourcesOf = ({ nodeAffinity }: Spec) => [
  ...BEFORE_LOCAL,
  source<LocalVolumeSource>('local', (value, path) => {
    const problems = localProblems(value, path);
    return nodeAffinity
      ? problems
      : [...problems, required('spec.nodeAffinity', 'Local volume requires node affinity')];
  }),
  common.storageos,
  source('csi', csiProblems),
];

function capacityProblems({ capacity = {} }: Spec): FieldProblem[] {
  const path = 'spec.capacity';
  const names = Object.keys(capacity);
  const problems = names.length === 0 ? [required(path)] : [];
  if (capacity.storage === undefined || names.length > 1) {
    problems.push(notSupported(path, names.length === 0 ? null : capacity, ['storage']));
  }
  for (const [name, amount] of Object.entries(capacity)) {
    const value = quantityValue(amount);
    if (value < 0) problems.push(invalid(`${path}[${name}]`, value, 'must be a valid resource quantity'));
    problems.push(...positiveAmountProblems(`${path}[${name}]`, amount));
  }
  return problems;
}

function affinityProblems({ nodeAffinity }: Spec): FieldProblem[] {
  if (!nodeAffinity) return [];
  const path = 'spec.nodeAffinity.required';
  return nodeAffinity.required
    ? nodeSelectorProblems(nodeAffinity.required, path)
    : [required(path, 'must specify required node constraints')];
}

function classProblems({ storageClassName, volumeAttributesClassName, csi }: Spec): FieldProblem[] {
  const problems = (storageClassName ? dnsSubdomainProblems(storageClassName) : []).map((detail) =>
    invalid('spec.storageClassName', storageClassName, detail),
  );
  return csi || volumeAttributesClassName === undefined
    ? problems
    : [...problems, required('spec.csi', 'has to be specified when using volumeAttributesClassName')];
}

function recycleProblems({ hostPath, persistentVolumeReclaimPolicy: policy }: Spec): FieldProblem[] {
  if (policy !== 'Recycle' || !hostPath || !/^\/+(\.?\/*)*$/.test(hostPath.path)) return [];
  return [forbiddenField('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")];
}

function mountOptionProblems({ metadata, spec }: Frozen<PersistentVolume>): FieldProblem[] {
  const isMounted = [
    'hostPath',
    'local',
    'csi',
    'fc',
    'flexVolume',
    'flocker',
    'portworxVolume',
    'scaleIO',
    'storageos',
  ].some((field) => (spec as Record<string, unknown>)[field] !== undefined);
  if (!isMounted || getOwn(metadata.annotations, MOUNT_OPTIONS) === undefined) return [];
  return [
    forbiddenField(`metadata.annotations.${MOUNT_OPTIONS}`, 'may not specify mount options for this volume type'),
  ];
}

function specProblems({ spec }: Frozen<PersistentVolume>): FieldProblem[] {
  const { accessModes = [], persistentVolumeReclaimPolicy: policy, volumeMode } = spec;
  const isKnown = policy === undefined || RECLAIM_POLICIES.includes(policy);
  return [
    ...(accessModes.length === 0 ? [required('spec.accessModes')] : []),
    ...accessModeProblems('spec.accessModes', accessModes),
    ...capacityProblems(spec),
    ...(isKnown ? [] : [notSupported('spec.persistentVolumeReclaimPolicy', policy, RECLAIM_POLICIES)]),
    ...affinityProblems(spec),
    ...sourceProblems(spec, 'spec', sourcesOf(spec)),
    ...recycleProblems(spec),
    ...classProblems(spec),
    ...volumeModeProblems('spec.volumeMode', volumeMode),
  ];
}

/** The sources of a volume as messages show them: what stands between capacity and access modes. */
function sourceForm(spec: Spec): object {
  const entries = Object.entries(internalForm(spec, 'io.k8s.api.core.v1.PersistentVolumeSpec') as object);
  const end = entries.findIndex(([name]) => name === 'AccessModes');
  return Object.fromEntries(entries.slice(1, end));
}

function updateProblems({ spec }: Frozen<PersistentVolume>, old: Frozen<PersistentVolume>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { controllerExpandSecretRef: _added, ...csi } = spec.csi ?? {};
  const mayAdd = old.spec.csi && !old.spec.csi.controllerExpandSecretRef && spec.csi;
  const [before, next] = [sourceForm(old.spec), sourceForm(mayAdd ? ({ ...spec, csi } as Spec) : spec)];
  if (!deepEqual(before, next)) {
    const detail = `spec.persistentvolumesource is immutable after creation\n${valueDiff(before, next)}`;
    problems.push(forbiddenField('spec.persistentvolumesource', detail));
  }
  if (spec.volumeMode !== old.spec.volumeMode) problems.push(immutable('volumeMode', spec.volumeMode ?? null));
  if (old.spec.nodeAffinity && !deepEqual(spec.nodeAffinity, old.spec.nodeAffinity)) {
    const shown = spec.nodeAffinity ? internalForm(spec.nodeAffinity, 'io.k8s.api.core.v1.VolumeNodeAffinity') : null;
    problems.push(immutable('nodeAffinity', shown));
  }
  return problems;
}

/** Rules of a volume; those for changes come last. */
export function persistentVolumeProblems(
  volume: Frozen<PersistentVolume>,
  old?: Frozen<PersistentVolume>,
): FieldProblem[] {
  const problems = specProblems(volume);
  if (!old) return [...problems, ...mountOptionProblems(volume)];
  // Upstream checks the whole volume twice when it changes.
  return [...problems, ...mountOptionProblems(volume), ...problems, ...updateProblems(volume, old)];
}
