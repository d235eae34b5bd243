import { rfc3339 } from '../../base/clock.ts';
import { type Frozen, getOwn } from '../../base/freeze.ts';
import { since } from '../../kube/human-duration.ts';
import { CLASS_ANNOTATION, storageClassName } from '../../kube/storage-class.ts';
import type { PersistentVolume } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { formatAccessModes } from '../shared/columns.ts';
import { persistentVolumeProblems } from '../shared/persistent-volume-rules.ts';
import { roundAmounts } from '../shared/resource-amounts.ts';

/** Annotations that became fields. */
const DEPRECATED_ANNOTATIONS: Readonly<Record<string, string>> = {
  [CLASS_ANNOTATION]: 'deprecated since v1.8; use "storageClassName" attribute instead',
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
};

/** Sources that no kubelet mounts any more. */
const REMOVED_SOURCES = {
  cephfs: 'spec.cephfs: deprecated in v1.28, non-functional in v1.31+',
  photonPersistentDisk: 'spec.photonPersistentDisk: deprecated in v1.11, non-functional in v1.16+',
  scaleIO: 'spec.scaleIO: deprecated in v1.16, non-functional in v1.22+',
  storageos: 'spec.storageOS: deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'spec.glusterfs: deprecated in v1.25, non-functional in v1.26+',
  rbd: 'spec.rbd: deprecated in v1.28, non-functional in v1.31+',
} as const;

const RECYCLE =
  'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the ' +
  'recommended approach is to use dynamic provisioning.';

function warnings({ metadata, spec }: Frozen<PersistentVolume>): string[] {
  const texts = Object.entries(DEPRECATED_ANNOTATIONS)
    .filter(([key]) => getOwn(metadata.annotations, key) !== undefined)
    .map(([key, text]) => `metadata.annotations[${key}]: ${text}`);
  if (spec.persistentVolumeReclaimPolicy === 'Recycle') texts.push(RECYCLE);
  for (const [field, text] of Object.entries(REMOVED_SOURCES)) {
    if (spec[field as keyof typeof REMOVED_SOURCES] !== undefined) texts.push(text);
  }
  return texts;
}

function cells(volume: Frozen<PersistentVolume>, nowMs: number): unknown[] {
  const { metadata, spec, status } = volume;
  return [
    metadata.name,
    spec.capacity?.storage ?? '0',
    formatAccessModes(spec.accessModes),
    spec.persistentVolumeReclaimPolicy ?? '',
    metadata.deletionTimestamp === undefined ? (status.phase ?? '') : 'Terminating',
    spec.claimRef ? `${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}` : '',
    storageClassName(volume),
    spec.volumeAttributesClassName ?? '<unset>',
    status.reason ?? '',
    since(metadata.creationTimestamp, nowMs),
    spec.volumeMode ?? '<unset>',
  ];
}

export const definition: ResourceDefinition<PersistentVolume> = {
  resource: 'persistentvolumes',
  rechecksGenerateName: true,
  fillDefaults({ spec, status }) {
    status.phase ||= 'Pending';
    spec.persistentVolumeReclaimPolicy ||= 'Retain';
    spec.volumeMode ??= 'Filesystem';
    roundAmounts(spec.capacity);
    if (spec.hostPath) spec.hostPath.type ??= '';
    if (spec.azureDisk) spec.azureDisk.readOnly ??= false;
  },
  beforeCreate(volume, { clock }) {
    volume.status = { phase: 'Pending', lastPhaseTransitionTime: rfc3339(clock.now()) };
    return undefined;
  },
  beforeStatusUpdate({ status }, old, { clock }) {
    const before = old.status.lastPhaseTransitionTime;
    const isStale = status.lastPhaseTransitionTime === undefined || status.lastPhaseTransitionTime === before;
    if (status.phase !== old.status.phase && isStale) status.lastPhaseTransitionTime = rfc3339(clock.now());
    else if (status.lastPhaseTransitionTime === undefined && before !== undefined)
      status.lastPhaseTransitionTime = before;
  },
  validate: persistentVolumeProblems,
  checksEnums: true,
  validateStatus: () => [],
  warnings,
  returnsDeleted: true,
  cells,
};
