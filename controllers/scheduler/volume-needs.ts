/** What the volumes of a pod ask of its node: kube-scheduler's VolumeBinding and VolumeRestrictions. */
import type { Frozen } from '../../server/base/freeze.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import { keyOf } from '../../server/kube/object.ts';
import { storageClassName } from '../../server/kube/storage-class.ts';
import type { PersistentVolumeClaim, Pod, StorageClass } from '../../server/kube/types.gen.ts';
import { isControlledBy } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { isPodTerminal, PODS } from '../lib/pods.ts';
import { BIND_COMPLETED, hasAnnotation } from '../lib/volumes/annotations.ts';
import { CLAIMS, CLASSES, type Claim, waitsForConsumer } from '../lib/volumes/matching.ts';

/** A pod's claims, as far as nodes matter for them. */
export interface VolumeNeeds {
  /** Why the pod cannot run anywhere. */
  readonly refusal?: string;
  readonly bound: readonly Claim[];
  /** Those that wait to be bound until the pod has a node. */
  readonly unbound: readonly Claim[];
}

type Volume = NonNullable<Frozen<Pod>['spec']['volumes']>[number];

/** Undefined for a pod without claims. */
export function volumeNeeds(pod: Frozen<Pod>, env: ControllerEnv): VolumeNeeds | undefined {
  const bound: Claim[] = [];
  const unbound: Claim[] = [];
  const claims: Claim[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    if (!volume.persistentVolumeClaim && !volume.ephemeral) continue;
    const claim = claimOf(pod, volume, env);
    if (typeof claim === 'string') return { refusal: claim, bound, unbound };
    claims.push(claim);
  }
  if (claims.length === 0) return undefined;
  for (const claim of claims) {
    if (claim.spec.volumeName && hasAnnotation(claim, BIND_COMPLETED)) bound.push(claim);
    else if (!claim.spec.volumeName && waitsForConsumer(classOf(claim, env))) unbound.push(claim);
    else return { refusal: 'pod has unbound immediate PersistentVolumeClaims', bound, unbound };
  }
  return { bound, unbound };
}

export function classOf(claim: Claim, env: ControllerEnv): Frozen<StorageClass> | undefined {
  return env.lister<StorageClass>(CLASSES).get({ namespace: '', name: storageClassName(claim) });
}

/** The claim of a volume, or why there is none that can be used. */
function claimOf(pod: Frozen<Pod>, volume: Volume, env: ControllerEnv): Claim | string {
  const { namespace, name: podName } = keyOf(pod);
  const name = volume.persistentVolumeClaim?.claimName ?? `${podName}-${volume.name}`;
  const claim = env.lister<PersistentVolumeClaim>(CLAIMS).get({ namespace, name });
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

/** Whether a claim that one pod may use is used by another. */
export function isClaimTaken(
  { bound, unbound }: VolumeNeeds,
  pod: Frozen<Pod>,
  hasNode: (pod: Frozen<Pod>) => boolean,
  env: ControllerEnv,
): boolean {
  return [...bound, ...unbound].some((claim) => {
    if (!claim.spec.accessModes?.includes('ReadWriteOncePod')) return false;
    const users = env.lister<Pod>(PODS).usingClaim(keyOf(claim));
    return users.some((user) => user.metadata.uid !== pod.metadata.uid && hasNode(user) && !isPodTerminal(user));
  });
}
