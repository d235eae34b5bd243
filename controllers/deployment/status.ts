import type { Frozen } from '../../server/base/freeze.ts';
import type { DeploymentStatus, ReplicaSet } from '../../server/kube/types.gen.ts';
import { maxUnavailable } from './bounds.ts';
import { conditionOf, hasDeadline, newCondition, withCondition } from './conditions.ts';
import { type Pass, wantedBy, wantedByAll } from './pass.ts';

type Count = 'replicas' | 'readyReplicas' | 'availableReplicas';

export function countedBy(sets: readonly Frozen<ReplicaSet>[], count: Count): number {
  return sets.reduce((sum, { status }) => sum + (status?.[count] ?? 0), 0);
}

/** Unknown as soon as one replica set, other than one that nobody looked at yet, does not tell. */
function terminatingReplicas(sets: readonly Frozen<ReplicaSet>[]): number | undefined {
  let sum = 0;
  for (const { status } of sets) {
    if (status?.terminatingReplicas !== undefined) sum += status.terminatingReplicas;
    else if (status?.observedGeneration) return undefined;
  }
  return sum;
}

/** Leaves out what Go leaves out: counts that are zero. */
function withoutZeros(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== 0));
}

/** What the replica sets say about the deployment, with the conditions that it has (calculateStatus). */
export function statusOf({ env, deployment, newSet, sets }: Pass): Frozen<DeploymentStatus> {
  const available = countedBy(sets, 'availableReplicas');
  const terminating = terminatingReplicas(sets);
  const { collisionCount, conditions } = deployment.status;
  const status: Frozen<DeploymentStatus> = {
    ...withoutZeros({
      observedGeneration: deployment.metadata.generation ?? 0,
      replicas: countedBy(sets, 'replicas'),
      updatedReplicas: newSet?.status?.replicas ?? 0,
      readyReplicas: countedBy(sets, 'readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, wantedByAll(sets) - available),
    }),
    ...(terminating !== undefined && { terminatingReplicas: terminating }),
    ...(collisionCount !== undefined && { collisionCount }),
    ...(conditions && { conditions }),
  };
  const enough = available >= wantedBy(deployment) - maxUnavailable(deployment);
  const nowMs = env.clock.now();
  return withCondition(
    status,
    enough
      ? newCondition(nowMs, 'Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
      : newCondition(
          nowMs,
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
        ),
  );
}

/**
 * Notes in the Progressing condition that the deployment was paused or resumed: the time in which it was paused must
 * not count as time without progress (checkPausedConditions).
 */
export async function tellPaused(pass: Pass): Promise<void> {
  const { deployment, env } = pass;
  if (!hasDeadline(deployment)) return;
  const reason = conditionOf(deployment.status, 'Progressing')?.reason;
  const paused = deployment.spec.paused === true;
  if (reason === 'ProgressDeadlineExceeded' || paused === (reason === 'DeploymentPaused')) return;
  const [next, message] = paused
    ? ['DeploymentPaused', 'Deployment is paused']
    : ['DeploymentResumed', 'Deployment is resumed'];
  await pass.writeStatus(
    withCondition(deployment.status, newCondition(env.clock.now(), 'Progressing', 'Unknown', next, message)),
  );
}
