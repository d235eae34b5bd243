/** What controllers ask about pods: k8s.io/kubernetes/pkg/api/v1/pod and pkg/controller/controller_utils.go. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Pod, PodCondition } from '../../server/kube/types.gen.ts';

export const PODS = 'v1/pods';

export function readyCondition(pod: Frozen<Pod>): Frozen<PodCondition> | undefined {
  for (const condition of pod.status.conditions ?? []) if (condition.type === 'Ready') return condition;
  return undefined;
}

export function isPodReady(pod: Frozen<Pod>): boolean {
  return readyCondition(pod)?.status === 'True';
}

/** When a ready pod will have been ready for `minReadySeconds`; undefined for a pod that says no time. */
function availableAtMs(pod: Frozen<Pod>, minReadySeconds: number): number | undefined {
  const since = readyCondition(pod)?.lastTransitionTime;
  return since === undefined ? undefined : Date.parse(since) + minReadySeconds * 1000;
}

/** Whether a pod that is ready has been so for long enough. */
export function isReadyLongEnough(pod: Frozen<Pod>, minReadySeconds: number, nowMs: number): boolean {
  if (minReadySeconds === 0) return true;
  const atMs = availableAtMs(pod, minReadySeconds);
  return atMs !== undefined && atMs <= nowMs;
}

/** Whether a pod has been ready for long enough. */
export function isPodAvailable(pod: Frozen<Pod>, minReadySeconds: number, nowMs: number): boolean {
  return isPodReady(pod) && isReadyLongEnough(pod, minReadySeconds, nowMs);
}

/** In how many milliseconds the next of these pods becomes available (FindMinNextPodAvailabilityCheck). */
export function nextAvailableInMs(
  pods: Iterable<Frozen<Pod>>,
  minReadySeconds: number,
  nowMs: number,
): number | undefined {
  let next: number | undefined;
  for (const pod of pods) {
    if (!isPodReady(pod)) continue;
    const atMs = availableAtMs(pod, minReadySeconds);
    if (atMs !== undefined && atMs > nowMs && (next === undefined || atMs - nowMs < next)) next = atMs - nowMs;
  }
  return next;
}

/** Whether a pod has run to its end and will not run again. */
export function isPodTerminal({ status }: Frozen<Pod>): boolean {
  return status.phase === 'Succeeded' || status.phase === 'Failed';
}

/** Whether a pod counts as a replica. */
export function isPodActive(pod: Frozen<Pod>): boolean {
  return pod.metadata.deletionTimestamp === undefined && !isPodTerminal(pod);
}

/** Whether a pod is being deleted and still runs. */
export function isPodTerminating(pod: Frozen<Pod>): boolean {
  return pod.metadata.deletionTimestamp !== undefined && !isPodTerminal(pod);
}
