import type { Frozen } from '../../server/base/freeze.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { controllerRefOf } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { expectationsOf } from '../lib/expectations.ts';
import { createPod, deletePod, podFromTemplate } from '../lib/pod-control.ts';
import { inDeletionOrder } from '../lib/pod-deletion-order.ts';
import { isPodActive, PODS } from '../lib/pods.ts';
import { slowStart } from '../lib/slow-start.ts';
import { isTerminating } from '../lib/terminating.ts';
import { type Replicated, type ReplicatedKind, wantedReplicas } from './replicated.ts';

/** BurstReplicas: no more pods than this are created or deleted before the informer has shown them. */
const BURST = 500;

/** What went wrong, and in which direction the replica set wanted to go. */
export interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete';
  readonly error: unknown;
}

/** Creates or deletes pods until there are as many as wanted; failures are for the status first, and thrown later. */
export async function manageReplicas(
  key: Key,
  set: Frozen<Replicated>,
  active: readonly Frozen<Pod>[],
  env: ControllerEnv,
  kind: ReplicatedKind,
): Promise<Failure | undefined> {
  const missing = wantedReplicas(set) - active.length;
  if (missing > 0) return createReplicas(key, set, Math.min(missing, BURST), env, kind);
  if (missing < 0)
    return deleteReplicas(key, set, podsToDelete(set, active, Math.min(-missing, BURST), env, kind), env);
  return undefined;
}

async function createReplicas(
  key: Key,
  set: Frozen<Replicated>,
  count: number,
  env: ControllerEnv,
  kind: ReplicatedKind,
): Promise<Failure | undefined> {
  const { template } = set.spec;
  if (!template) return undefined;
  const { error } = await slowStart(count, async () => {
    try {
      const pod = await createPod(env, set, podFromTemplate(template, set, kind));
      expectationsOf(env).wrote(key, PODS, pod);
    } catch (failure) {
      if (!isTerminating(failure)) throw failure;
    }
  });
  return error === undefined ? undefined : { reason: 'FailedCreate', error };
}

async function deleteReplicas(
  key: Key,
  set: Frozen<Replicated>,
  pods: readonly Frozen<Pod>[],
  env: ControllerEnv,
): Promise<Failure | undefined> {
  const results = await Promise.allSettled(
    pods.map(async (pod) => {
      await deletePod(env, set, pod);
      expectationsOf(env).deleted(key, PODS, pod);
    }),
  );
  const failure = results.find((result) => result.status === 'rejected');
  return failure && { reason: 'FailedDelete', error: failure.reason };
}

function podsToDelete(
  set: Frozen<Replicated>,
  active: readonly Frozen<Pod>[],
  count: number,
  env: ControllerEnv,
  kind: ReplicatedKind,
): readonly Frozen<Pod>[] {
  if (count >= active.length) return active;
  const crowd = podsOnNodes(set, env, kind);
  return inDeletionOrder(active, env.clock.now(), (pod) => crowd.get(pod.spec.nodeName ?? '') ?? 0).slice(0, count);
}

/**
 * How many pods of the same Deployment, whichever of its replica sets has them, are on each node. Without a Deployment
 * nobody counts (getPodsRankedByRelatedPodsOnSameNode).
 */
function podsOnNodes(set: Frozen<Replicated>, env: ControllerEnv, kind: ReplicatedKind): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const owner = controllerRefOf(set);
  if (!owner) return counts;
  for (const sibling of env.lister<Replicated>(kind.resource).ownedBy(owner.uid)) {
    if (controllerRefOf(sibling)?.uid !== owner.uid) continue;
    for (const pod of env.lister<Pod>(PODS).ownedBy(sibling.metadata.uid ?? '')) {
      if (!isPodActive(pod)) continue;
      const { nodeName = '' } = pod.spec;
      counts.set(nodeName, (counts.get(nodeName) ?? 0) + 1);
    }
  }
  return counts;
}
