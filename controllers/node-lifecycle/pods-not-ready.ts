import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { isPodReady, PODS } from '../lib/pods.ts';

/** Pods of a node that nobody hears of do not count as ready. @throws ApiError after all of them were tried */
export async function markPodsNotReady(pods: Iterable<Frozen<Pod>>, env: ControllerEnv): Promise<void> {
  let failure: unknown;
  for (const pod of pods) {
    if (!isPodReady(pod)) continue;
    try {
      await env.client.update(PODS, { ...pod, status: notReadyStatus(pod, env.clock.now()) }, 'status');
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) continue;
      failure = error;
    }
    env.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
  }
  if (failure !== undefined) throw failure;
}

function notReadyStatus({ status }: Frozen<Pod>, nowMs: number): Frozen<Pod>['status'] {
  const lastTransitionTime = rfc3339(nowMs);
  const conditions = status.conditions?.map((condition) =>
    condition.type === 'Ready' ? { ...condition, status: 'False', lastTransitionTime } : condition,
  );
  return { ...status, ...(conditions && { conditions }) };
}
