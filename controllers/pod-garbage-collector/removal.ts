import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { isPodTerminal, PODS } from '../lib/pods.ts';

/**
 * Lets a pod fail, since nobody is there to say how it ended, and deletes it without grace.
 *
 * @param disruption why it is disrupted, for a condition that tells so
 * @throws ApiError
 */
export async function failAndDelete(pod: Frozen<Pod>, env: ControllerEnv, disruption?: string): Promise<void> {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
  const isFinished = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && isPodTerminal(pod);
  // All that is left are finalizers, which are somebody else's.
  if (isFinished) return;
  try {
    if (!isPodTerminal(pod)) await fail(pod, env, disruption);
    await env.client.delete(PODS, keyOf(pod), { gracePeriodSeconds: 0 });
  } catch (error) {
    // Gone already, or another pod has its name by now: then there is nothing to finish.
    if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
  }
}

async function fail(pod: Frozen<Pod>, { client, clock }: ControllerEnv, disruption?: string): Promise<void> {
  const { uid = '', generation } = pod.metadata;
  const observed = generation !== undefined && { observedGeneration: generation };
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'DeletionByPodGC',
    message: disruption ?? '',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(clock.now()),
    ...observed,
  };
  const status = { phase: 'Failed', ...observed, ...(disruption !== undefined && { conditions: [condition] }) };
  await client.patch(PODS, keyOf(pod), 'strategic', { metadata: { uid }, status }, 'status');
}
