/** Changing the sizes of replica sets, outside of rollouts in proportion: sync.go. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { ReplicaSet } from '../../server/kube/types.gen.ts';
import { countIn, DESIRED_REPLICAS, hasAnnotations, MAX_REPLICAS, sizeAnnotations } from './annotations.ts';
import { isRollingUpdate, maxSurge } from './bounds.ts';
import { active, type Pass, wantedBy, wantedByAll } from './pass.ts';
import { bySizeNewer, bySizeOlder } from './replica-sets.ts';

/**
 * Gives a replica set another size.
 *
 * @param force also writes when only the noted size of the deployment is another
 * @returns whether the size changed
 */
export async function scaleSet(pass: Pass, set: Frozen<ReplicaSet>, replicas: number, force = false): Promise<boolean> {
  const before = wantedBy(set);
  const noted = sizeAnnotations(pass.deployment);
  if (before === replicas && !(force && !hasAnnotations(set, noted))) return false;
  const metadata = { ...set.metadata, annotations: { ...set.metadata.annotations, ...noted } };
  await pass.writeSet({ ...set, metadata, spec: { ...set.spec, replicas } });
  if (before === replicas) return false;
  const direction = before < replicas ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`;
  pass.event('Normal', 'ScalingReplicaSet', message);
  return true;
}

/** Whether the deployment has another size than its replica sets know of (isScalingEvent). */
export function wasScaled({ deployment, sets }: Pass): boolean {
  return active(sets).some((set) => (countIn(set, DESIRED_REPLICAS) ?? wantedBy(deployment)) !== wantedBy(deployment));
}

/** Brings the replica sets to the size of the deployment without moving a rollout on. */
export async function scale(pass: Pass): Promise<void> {
  const { deployment, newSet, oldSets } = pass;
  const running = active(pass.sets);
  const only = running.length === 0 ? (newSet ?? oldSets.at(-1)) : running.length === 1 ? running[0] : undefined;
  if (only) {
    await scaleSet(pass, only, wantedBy(deployment));
  } else if (newSet && isSaturated(pass, newSet)) {
    for (const old of active(oldSets)) await scaleSet(pass, old, 0);
  } else if (isRollingUpdate(deployment)) {
    await scaleProportionally(pass, running);
  }
}

/** Whether the new replica set has all pods, and both know that these are all. */
function isSaturated({ deployment }: Pass, set: Frozen<ReplicaSet>): boolean {
  const wanted = wantedBy(deployment);
  return (
    wantedBy(set) === wanted &&
    countIn(set, DESIRED_REPLICAS) === wanted &&
    (set.status?.availableReplicas ?? 0) === wanted
  );
}

/** Spreads pods that are added or taken over all replica sets of a rollout, so that its progress stays as it is. */
async function scaleProportionally(pass: Pass, running: readonly Frozen<ReplicaSet>[]): Promise<void> {
  const wanted = wantedBy(pass.deployment);
  const allowed = wanted > 0 ? wanted + maxSurge(pass.deployment) : 0;
  const toAdd = allowed - wantedByAll(running);
  const sorted = [...running].sort(toAdd > 0 ? bySizeNewer : bySizeOlder);
  const sizes = sorted.map(wantedBy);
  if (toAdd !== 0) {
    let added = 0;
    sorted.forEach((set, i) => {
      const share = shareOf(pass, set, toAdd, added);
      sizes[i] = wantedBy(set) + share;
      added += share;
    });
    // What rounding leaves goes to the largest.
    sizes[0] = Math.max(0, (sizes[0] ?? 0) + toAdd - added);
  }
  for (const [i, set] of sorted.entries()) await scaleSet(pass, set, sizes[i] ?? 0, true);
}

/** The part of a replica set in a change, never more than is left (GetReplicaSetProportion). */
function shareOf(pass: Pass, set: Frozen<ReplicaSet>, toAdd: number, added: number): number {
  const left = toAdd - added;
  if (left === 0) return 0;
  const fraction = fractionOf(pass, set);
  return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}

function fractionOf({ deployment }: Pass, set: Frozen<ReplicaSet>): number {
  const wanted = wantedBy(deployment);
  if (wanted === 0) return -wantedBy(set);
  // Somebody may have removed the annotation; then the present size has to do.
  const before = countIn(set, MAX_REPLICAS) || (deployment.status.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((wantedBy(set) * (wanted + maxSurge(deployment))) / before) - wantedBy(set);
}
