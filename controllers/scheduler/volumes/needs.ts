/** What the volumes of a pod ask of its node, before any node is looked at. */
import type { Frozen } from '../../../server/base/freeze.ts';
import { goQuote } from '../../../server/kube/go-quote.ts';
import { keyOf } from '../../../server/kube/object.ts';
import { storageClassName } from '../../../server/kube/storage-class.ts';
import type { PersistentVolumeClaim, Pod, StorageClass } from '../../../server/kube/types.gen.ts';
import { isControlledBy } from '../../lib/adopt.ts';
import { BIND_COMPLETED, hasAnnotation } from '../../lib/volumes/annotations.ts';
import { CLAIMS, CLASSES, type Claim, waitsForConsumer } from '../../lib/volumes/matching.ts';
import type { World } from '../framework.ts';

/** A pod's claims, as far as nodes matter for them. */
export interface VolumeNeeds {
  /** Why the pod cannot run anywhere. */
  readonly refusal?: string;
  readonly bound: readonly Claim[];
  /** Those that wait to be bound until the pod has a node. */
  readonly unbound: readonly Claim[];
}

type PodVolume = NonNullable<Frozen<Pod>['spec']['volumes']>[number];

/** Undefined for a pod without claims. */
export function volumeNeeds(pod: Frozen<Pod>, world: World): VolumeNeeds | undefined {
  const bound: Claim[] = [];
  const unbound: Claim[] = [];
  const claims: Claim[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    if (!volume.persistentVolumeClaim && !volume.ephemeral) continue;
    const claim = usableClaimOf(pod, volume, world);
    if (typeof claim === 'string') return { refusal: claim, bound, unbound };
    claims.push(claim);
  }
  if (claims.length === 0) return undefined;
  for (const claim of claims) {
    if (isBound(claim)) bound.push(claim);
    else if (!claim.spec.volumeName && waitsForConsumer(classOf(claim, world))) unbound.push(claim);
    else return { refusal: 'pod has unbound immediate PersistentVolumeClaims', bound, unbound };
  }
  return { bound, unbound };
}

/** Whether a claim has its volume, and both know it. */
export function isBound(claim: Claim): boolean {
  return Boolean(claim.spec.volumeName) && hasAnnotation(claim, BIND_COMPLETED);
}

export function classOf(claim: Claim, world: World): Frozen<StorageClass> | undefined {
  return world.lister<StorageClass>(CLASSES).get({ namespace: '', name: storageClassName(claim) });
}

/** The name of the claim that a volume has; undefined for volumes of other kinds. */
export function claimNameOf(pod: Frozen<Pod>, volume: PodVolume): string | undefined {
  return volume.persistentVolumeClaim?.claimName ?? (volume.ephemeral && `${pod.metadata.name}-${volume.name}`);
}

/** The claim of a volume, if there is one. */
export function claimOf(pod: Frozen<Pod>, volume: PodVolume, world: World): Claim | undefined {
  const name = claimNameOf(pod, volume);
  if (name === undefined) return undefined;
  return world.lister<PersistentVolumeClaim>(CLAIMS).get({ namespace: pod.metadata.namespace ?? '', name });
}

/** The claim of a volume, or why there is none that can be used. */
function usableClaimOf(pod: Frozen<Pod>, volume: PodVolume, world: World): Claim | string {
  const { namespace, name: podName } = keyOf(pod);
  const name = claimNameOf(pod, volume) ?? '';
  const claim = claimOf(pod, volume, world);
  const quoted = `persistentvolumeclaim ${goQuote(name)}`;
  if (!claim) {
    const waiting = `waiting for ephemeral volume controller to create the ${quoted}`;
    return volume.ephemeral ? waiting : `${quoted} not found`;
  }
  if (claim.status.phase === 'Lost')
    return `${quoted} bound to non-existent persistentvolume ${goQuote(claim.spec.volumeName ?? '')}`;
  if (claim.metadata.deletionTimestamp !== undefined) return `${quoted} is being deleted`;
  if (volume.ephemeral && !isControlledBy(claim, pod))
    return `PVC ${namespace}/${name} was not created for pod ${namespace}/${podName} (pod is not owner)`;
  return claim;
}
