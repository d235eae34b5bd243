import type { Frozen } from '../../server/base/freeze.ts';
import type { PersistentVolumeClaim, Pod } from '../../server/kube/types.gen.ts';
import { isControlledBy } from '../lib/adopt.ts';
import { isPodTerminal } from '../lib/pods.ts';

type Claim = Frozen<PersistentVolumeClaim>;
type Volume = NonNullable<Frozen<Pod>['spec']['volumes']>[number];

function names(volume: Volume, { metadata }: Claim): boolean {
  return volume.persistentVolumeClaim?.claimName === metadata.name;
}

/** A claim of the right name that was made for another pod is not meant. */
function isMadeFor(pod: Frozen<Pod>, { name, ephemeral }: Volume, claim: Claim): boolean {
  return (
    ephemeral !== undefined && `${pod.metadata.name}-${name}` === claim.metadata.name && isControlledBy(claim, pod)
  );
}

/** A pod that has not been given a node will not start with a claim that is being deleted. */
export function blocksDeletion(pod: Frozen<Pod>, claim: Claim): boolean {
  if (!pod.spec.nodeName) return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  // Pod and claim would wait for each other.
  const isShutDown = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0;
  return (pod.spec.volumes ?? []).some(
    (volume) => names(volume, claim) || (!isShutDown && isMadeFor(pod, volume, claim)),
  );
}

export function refersTo(pod: Frozen<Pod>, claim: Claim): boolean {
  if (isPodTerminal(pod)) return false;
  return (pod.spec.volumes ?? []).some((volume) => names(volume, claim) || isMadeFor(pod, volume, claim));
}
