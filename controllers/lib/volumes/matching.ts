/** Which volume fits a claim: component-helpers/storage/volume. The binder and the scheduler ask. */
import type { Frozen } from '../../../server/base/freeze.ts';
import { compareAmounts } from '../../../server/kube/amounts.ts';
import { selectorMatches } from '../../../server/kube/labels.ts';
import { storageClassName } from '../../../server/kube/storage-class.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../../server/kube/types.gen.ts';
import { labelSelectorOf } from '../adopt.ts';
import { nodeSelectorMatches } from '../node-selector.ts';
import { annotated, BOUND_BY_CONTROLLER, hasAnnotation } from './annotations.ts';

export const CLAIMS = 'v1/persistentvolumeclaims';
export const VOLUMES = 'v1/persistentvolumes';
export const CLASSES = 'storage.k8s.io/v1/storageclasses';
export const ATTRIBUTES_CLASSES = 'storage.k8s.io/v1/volumeattributesclasses';

export type Claim = Frozen<PersistentVolumeClaim>;
export type Volume = Frozen<PersistentVolume>;

/** Whether claims of a class are bound when a pod that uses them is scheduled, and not before. */
export function waitsForConsumer(storageClass: Frozen<StorageClass> | undefined): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
}

/** Whether a volume is bound to a claim, or reserved for one of its name. */
export function isBoundTo({ spec: { claimRef } }: Volume, { metadata }: Claim): boolean {
  if (!claimRef || claimRef.name !== metadata.name || claimRef.namespace !== metadata.namespace) return false;
  return !claimRef.uid || claimRef.uid === metadata.uid;
}

/** The volume as it is once it belongs to the claim; the same object when it does already. */
export function boundTo(volume: Volume, claim: Claim): Volume {
  const { claimRef } = volume.spec;
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = claim.metadata;
  let bound = volume;
  if (claimRef?.name !== name || claimRef.namespace !== namespace || claimRef.uid !== uid) {
    const reference = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion };
    bound = { ...volume, spec: { ...volume.spec, claimRef: reference } };
  }
  const isByController = !isBoundTo(volume, claim) && !hasAnnotation(volume, BOUND_BY_CONTROLLER);
  return isByController ? annotated(bound, { [BOUND_BY_CONTROLLER]: 'yes' }) : bound;
}

export function sameVolumeMode(claim: Claim, volume: Volume): boolean {
  return (claim.spec.volumeMode ?? 'Filesystem') === (volume.spec.volumeMode ?? 'Filesystem');
}

export function sameAttributesClass(claim: Claim, volume: Volume): boolean {
  return (claim.spec.volumeAttributesClassName ?? '') === (volume.spec.volumeAttributesClassName ?? '');
}

export function hasAccessModes(claim: Claim, volume: Volume): boolean {
  return (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode));
}

export function isLargeEnough(claim: Claim, volume: Volume): boolean {
  return compareAmounts(sizeOf(volume.spec.capacity), sizeOf(claim.spec.resources.requests)) >= 0;
}

const sizeOf = (amounts: Readonly<Record<string, string>> | undefined): string => amounts?.storage ?? '0';

export function compareSizes(a: Volume, b: Volume): number {
  return compareAmounts(sizeOf(a.spec.capacity), sizeOf(b.spec.capacity));
}

/** Claims by what they ask for, the smallest first. */
export function compareRequests(a: Claim, b: Claim): number {
  return compareAmounts(sizeOf(a.spec.resources.requests), sizeOf(b.spec.resources.requests));
}

/** Whether pods on a node may use a volume. */
export function isReachableFrom({ spec: { nodeAffinity } }: Volume, node: Frozen<Node>): boolean {
  return !nodeAffinity?.required || nodeSelectorMatches(nodeAffinity.required, node);
}

export interface MatchOptions {
  /** Where the claim's pod shall run: the scheduler knows. */
  readonly node?: Frozen<Node>;
  /** Names of volumes that are taken by other claims of the pod. */
  readonly taken?: ReadonlySet<string>;
  /** Only volumes that somebody reserved for the claim. */
  readonly reservedOnly?: boolean;
}

/**
 * A volume that is reserved for the claim, or else the smallest available one that fits (FindMatchingVolume). Without
 * a node, the caller has looked at access modes.
 */
export function bestVolume(claim: Claim, volumes: Iterable<Volume>, options: MatchOptions): Volume | undefined {
  const { node, taken, reservedOnly = false } = options;
  let best: Volume | undefined;
  for (const volume of volumes) {
    if (taken?.has(volume.metadata.name ?? '')) continue;
    const isReserved = isBoundTo(volume, claim);
    if (volume.spec.claimRef && !isReserved) continue;
    if (volume.metadata.deletionTimestamp !== undefined || !isLargeEnough(claim, volume)) continue;
    if (!sameVolumeMode(claim, volume) || !sameAttributesClass(claim, volume)) continue;
    const isReachable = !node || isReachableFrom(volume, node);
    if (isReserved) return isReachable ? volume : undefined;
    if (reservedOnly || !isReachable || !isWanted(claim, volume)) continue;
    if (node && !hasAccessModes(claim, volume)) continue;
    if (!best || compareSizes(volume, best) < 0) best = volume;
  }
  return best;
}

function isWanted(claim: Claim, volume: Volume): boolean {
  const { selector } = claim.spec;
  if (volume.status.phase !== 'Available') return false;
  if (selector && !selectorMatches(labelSelectorOf(selector), volume.metadata.labels)) return false;
  return storageClassName(volume) === storageClassName(claim);
}
