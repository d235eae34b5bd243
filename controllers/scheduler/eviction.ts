import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import { NAME, type SchedulerEvents } from './events.ts';
import { writeStatus } from './pod-status.ts';
import type { Candidate } from './preemption.ts';

/** Whether a request failed because its object is gone or another by now. */
const isGone = (error: unknown): boolean => error instanceof ApiError && (error.code === 404 || error.code === 409);

async function evict(
  victim: Frozen<Pod>,
  preemptor: Frozen<Pod>,
  node: string,
  env: ControllerEnv,
  events: SchedulerEvents,
) {
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'PreemptionByScheduler',
    message: `${NAME}: preempting to accommodate a higher priority pod`,
  } as const;
  await writeStatus(victim, { condition }, env.client, env.clock.now());
  try {
    await env.client.delete(PODS, keyOf(victim), { uid: victim.metadata.uid ?? '' });
  } catch (error) {
    if (isGone(error)) return;
    throw error;
  }
  // Upstream names the other pod in the text only: it cannot tell the kind of its wrapper.
  events.tell(victim, {
    type: 'Normal',
    reason: 'Preempted',
    action: 'Preempting',
    note: `Preempted by pod ${preemptor.metadata.uid} on node ${node}`,
  });
}

/**
 * Lets the victims of a pod go, and takes back nominations of pods that yield to it (prepareCandidate).
 * @throws ApiError
 */
export async function makeRoom(
  { node, victims }: Candidate,
  preemptor: Frozen<Pod>,
  yielding: readonly Frozen<Pod>[],
  env: ControllerEnv,
  events: SchedulerEvents,
): Promise<void> {
  for (const pod of yielding) await writeStatus(pod, { nominatedNode: '' }, env.client, env.clock.now());
  for (const { pod } of victims)
    if (pod.metadata.deletionTimestamp === undefined) await evict(pod, preemptor, node, env, events);
}
