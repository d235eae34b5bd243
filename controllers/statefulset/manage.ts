/** Creates, corrects and deletes pods until there are those that the set wants: updateStatefulSet upstream. */
import { isPodTerminal } from '../lib/pods.ts';
import { slowStart } from '../lib/slow-start.ts';
import { claimsMatchPolicy, enforcePolicy, hasLeftOverClaims } from './claims.ts';
import type { Pass } from './pass.ts';
import { createMissingClaims, createReplica, deleteReplica, isInOrder, updateReplica } from './pod-writes.ts';
import { isAvailable, isLeaving, isRunningAndReady, isUnavailable, type Replica, type Replicas } from './replicas.ts';
import { type Revisions, templateOf } from './revisions.ts';
import { rollOut } from './rolling-update.ts';

/** What is done to one replica; resolves to whether an ordered set has to wait before it goes on. */
type Step = (replica: Replica) => Promise<boolean>;

/** @throws Error of the first step that failed */
export async function manage(pass: Pass, replicas: Replicas, revisions: Revisions): Promise<void> {
  const { wanted, condemned } = replicas;
  if (pass.set.metadata.deletionTimestamp !== undefined) return;
  // In the order of ordinals: one pod after the other, each only when those before it are available.
  if (await waits(pass, wanted, (replica) => keep(pass, replica, revisions))) return;
  if (await waits(pass, condemned, (replica) => disown(pass, replica))) return;
  const first = firstUnavailable(pass, replicas);
  if (await waits(pass, condemned, (replica) => condemn(pass, replica, first))) return;
  if (pass.set.spec.updateStrategy.type === 'RollingUpdate') await rollOut(pass, wanted, revisions.update);
}

/** Takes a step for each replica, in order or all at once. */
async function waits({ isOrdered }: Pass, replicas: readonly Replica[], step: Step): Promise<boolean> {
  if (isOrdered) {
    for (const replica of replicas) if (await step(replica)) return true;
    return false;
  }
  const left = replicas.values();
  const { error } = await slowStart(replicas.length, async () => {
    const { value } = left.next();
    if (value) await step(value);
  });
  if (error !== undefined) throw error;
  return false;
}

/** Sees to it that there is a pod, and that it is in order. */
async function keep(pass: Pass, replica: Replica, { current, update }: Revisions): Promise<boolean> {
  const { pod } = replica;
  if (!pod) {
    // The claims of the pod before are on their way out, and their end will wake the set.
    if (hasLeftOverClaims(pass, replica)) return true;
    const revision = replica.revision === update.metadata.name ? update : current;
    await createReplica(pass, replica, templateOf(pass.set, revision));
    return true;
  }
  if (isPodTerminal(pod)) {
    // Whatever it ended as: a pod that was evicted may have succeeded. The next pass makes a new one.
    if (!isLeaving(replica)) await deleteReplica(pass, pod);
    return true;
  }
  if (pod.status.phase === 'Pending') await createMissingClaims(pass, replica);
  const isUp = !isLeaving(replica) && isRunningAndReady(replica) && isAvailable(replica, pass);
  if (pass.isOrdered && !isUp) return true;
  if (!isInOrder(pass, replica, pod)) await updateReplica(pass, replica, pod);
  return false;
}

/** Hands the claims of a pod that is not wanted over to the pod, where they are to go with it. */
async function disown(pass: Pass, replica: Replica): Promise<boolean> {
  if (!claimsMatchPolicy(pass, replica)) await enforcePolicy(pass, replica);
  return false;
}

/** Pods that are unavailable keep an ordered set from going on, but the first of them may go itself. */
function firstUnavailable(pass: Pass, { wanted, condemned }: Replicas): Replica | undefined {
  return (
    wanted.find((replica) => isUnavailable(replica, pass)) ??
    condemned.findLast((replica) => isUnavailable(replica, pass))
  );
}

async function condemn(pass: Pass, replica: Replica, first: Replica | undefined): Promise<boolean> {
  if (!replica.pod || isLeaving(replica)) return true;
  const isUp = isRunningAndReady(replica) && isAvailable(replica, pass);
  if (pass.isOrdered && !isUp && replica !== first) return true;
  await deleteReplica(pass, replica.pod);
  return true;
}
