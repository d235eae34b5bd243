import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { DaemonSet, DaemonSetStatus } from '../../server/kube/types.gen.ts';
import { DAEMON_SET } from '../lib/controller-revision.ts';
import { isPodReady, nextAvailableInMs } from '../lib/pods.ts';
import { byNode, inOrder, type Pass } from './pass.ts';

/** What the status should say; of a node that has several pods, the oldest counts (updateDaemonSetStatus). */
function statusOf(pass: Pass, hash: string): Frozen<DaemonSetStatus> {
  const pods = byNode(pass.pods());
  let [desired, current, misscheduled, ready, updated, available] = [0, 0, 0, 0, 0, 0];
  for (const node of pass.nodes) {
    const [pod] = inOrder(pods.get(node) ?? []);
    if (!pass.placementOn(node).shouldRun) {
      if (pod) misscheduled++;
      continue;
    }
    desired++;
    if (!pod) continue;
    current++;
    if (isPodReady(pod)) {
      ready++;
      if (pass.isAvailable(pod)) available++;
    }
    if (pass.isUpdated(pod, hash)) updated++;
  }
  const { metadata, status } = pass.set;
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
    ...(updated > 0 && { updatedNumberScheduled: updated }),
    ...(available > 0 && { numberAvailable: available }),
    ...(desired > available && { numberUnavailable: desired - available }),
    ...(status.collisionCount !== undefined && { collisionCount: status.collisionCount }),
    ...(status.conditions && { conditions: status.conditions }),
  };
}

/** Writes a status that says something new. @throws ApiError */
export async function writeStatus(pass: Pass, hash: string): Promise<void> {
  const { env, key, set, expectations, nowMs } = pass;
  const status = statusOf(pass, hash);
  if (!deepEqual(set.status, status)) {
    const written = await env.client.update<DaemonSet>(DAEMON_SET.resource, { ...set, status }, 'status');
    expectations.wrote(key, DAEMON_SET.resource, written);
  }
  const { minReadySeconds = 0 } = set.spec;
  const nextMs = minReadySeconds > 0 ? nextAvailableInMs(pass.pods(), minReadySeconds, nowMs) : undefined;
  if (nextMs !== undefined) pass.lookAgainIn(nextMs);
}
