import { type Frozen, getOwn, setOwn } from '../../server/base/freeze.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { Pod, PodDisruptionBudget } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { isPodReady } from '../lib/pods.ts';

/** A pod whose eviction was allowed has to be on its way out after this, or it counts again. */
const DELETION_TIMEOUT_MS = 2 * 60 * 1000;

/** The pods that evictions were allowed for and that are not on their way out yet. */
export interface DisruptedPods {
  /** By name: since when. */
  readonly since: Readonly<Record<string, string>>;
  /** When the first of them will have had its time. */
  readonly recheckInMs?: number;
}

/** What is left of the disrupted pods that a budget names (buildDisruptedPodMap). */
export function disruptedPods(
  budget: Frozen<PodDisruptionBudget>,
  pods: readonly Frozen<Pod>[],
  env: ControllerEnv,
): DisruptedPods {
  const nowMs = env.clock.now();
  const since: Record<string, string> = {};
  let recheckInMs: number | undefined;
  for (const pod of pods) {
    const { name = '', deletionTimestamp } = pod.metadata;
    const time = getOwn(budget.status.disruptedPods, name);
    if (deletionTimestamp !== undefined || time === undefined) continue;
    const leftMs = Date.parse(time) + DELETION_TIMEOUT_MS - nowMs;
    if (leftMs < 0) {
      const { namespace } = keyOf(budget);
      // Upstream names the namespace twice.
      const message = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`;
      env.event(pod, 'Warning', 'NotDeleted', message);
      continue;
    }
    setOwn(since, name, time);
    recheckInMs = Math.min(recheckInMs ?? leftMs, leftMs);
  }
  return { since, ...(recheckInMs !== undefined && { recheckInMs }) };
}

/** How many pods are ready and stay. */
export function countHealthy(pods: readonly Frozen<Pod>[], { since }: DisruptedPods, nowMs: number): number {
  return pods.filter((pod) => {
    const time = getOwn(since, pod.metadata.name ?? '');
    const isExpectedToGo = time !== undefined && Date.parse(time) + DELETION_TIMEOUT_MS > nowMs;
    return pod.metadata.deletionTimestamp === undefined && !isExpectedToGo && isPodReady(pod);
  }).length;
}
