import type { Frozen } from '../../server/base/freeze.ts';
import type { Pod, StatefulSet } from '../../server/kube/types.gen.ts';
import { isPodAvailable, isPodReady } from '../lib/pods.ts';
import { firstOrdinal, isWanted, membershipOf, revisionOfPod, wantedReplicas } from './identity.ts';
import type { Pass } from './pass.ts';
import type { Revisions } from './revisions.ts';

/** A place for a pod, and the pod that has it. */
export interface Replica {
  readonly ordinal: number;
  /** The name of the revision that the pod is of, or would be of. */
  readonly revision: string;
  readonly pod?: Frozen<Pod>;
}

/** The pods of a stateful set in their places. */
export interface Replicas {
  /** From the first ordinal to the last. */
  readonly wanted: readonly Replica[];
  /** Those beyond, the highest ordinal first. */
  readonly condemned: readonly Replica[];
}

/** Whether a new pod is to be of the revision that the set comes from (newVersionedStatefulSetPod). */
function isHeldBack({ spec, status }: Frozen<StatefulSet>, index: number): boolean {
  const { type, rollingUpdate } = spec.updateStrategy;
  if (rollingUpdate) return index < (rollingUpdate.partition ?? 0);
  return type === 'RollingUpdate' && index < (status.currentReplicas ?? 0);
}

/** Puts pods into their places. */
export function placed(
  set: Frozen<StatefulSet>,
  pods: readonly Frozen<Pod>[],
  { current, update }: Revisions,
): Replicas {
  const first = firstOrdinal(set);
  const wanted: Replica[] = Array.from({ length: wantedReplicas(set) }, (_, index) => {
    const { metadata } = isHeldBack(set, index) ? current : update;
    return { ordinal: first + index, revision: metadata.name ?? '' };
  });
  const condemned: Replica[] = [];
  for (const pod of pods) {
    const { ordinal } = membershipOf(pod.metadata.name ?? '');
    if (ordinal === undefined) continue;
    const replica = { ordinal, revision: revisionOfPod(pod), pod };
    if (isWanted(set, ordinal)) wanted[ordinal - first] = replica;
    else condemned.push(replica);
  }
  return { wanted, condemned: condemned.sort((a, b) => b.ordinal - a.ordinal) };
}

export function isRunningAndReady({ pod }: Replica): boolean {
  return pod?.status.phase === 'Running' && isPodReady(pod);
}

export function isAvailable({ pod }: Replica, { set, nowMs }: Pass): boolean {
  return pod !== undefined && isPodAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs);
}

/** Whether a pod is on its way out. */
export function isLeaving({ pod }: Replica): boolean {
  return pod?.metadata.deletionTimestamp !== undefined;
}

/** A pod on its way out may be ready, and counts for nothing all the same. */
export function isUnavailable(replica: Replica, pass: Pass): boolean {
  return !isAvailable(replica, pass) || isLeaving(replica);
}
