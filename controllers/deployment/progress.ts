/** Whether a rollout gets on, and when to say that it does not (progress.go). */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import type { Deployment, DeploymentCondition, DeploymentStatus } from '../../server/kube/types.gen.ts';
import { conditionOf, hasDeadline, newCondition, withCondition, withoutCondition } from './conditions.ts';
import { type Again, type Pass, wantedBy } from './pass.ts';
import { statusOf } from './status.ts';

type Status = Frozen<DeploymentStatus>;

const PROGRESSING = 'Progressing';
const REPLICA_FAILURE = 'ReplicaFailure';
const AVAILABLE_REASON = 'NewReplicaSetAvailable';
const TIMED_OUT_REASON = 'ProgressDeadlineExceeded';

/** Whether all wanted pods are new and available, and no old one is left. */
export function isComplete(deployment: Frozen<Deployment>, status: Status): boolean {
  const wanted = wantedBy(deployment);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration = 0 } = status;
  const all = updatedReplicas === wanted && replicas === wanted && availableReplicas === wanted;
  return all && observedGeneration >= (deployment.metadata.generation ?? 0);
}

/** More new, ready or available pods than before, or fewer old ones. */
function isBetter(before: Status, now: Status): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: Status): number => replicas - updatedReplicas;
  return (
    (now.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** When the rollout counts as stuck, after the last progress that was told. */
function deadlineMs(deployment: Frozen<Deployment>, { lastUpdateTime }: Frozen<DeploymentCondition>): number {
  return Date.parse(lastUpdateTime ?? '') + (deployment.spec.progressDeadlineSeconds ?? 0) * 1000;
}

function isTimedOut(deployment: Frozen<Deployment>, status: Status, nowMs: number): boolean {
  const condition = conditionOf(status, PROGRESSING);
  if (!condition || condition.reason === AVAILABLE_REASON) return false;
  return condition.reason === TIMED_OUT_REASON || deadlineMs(deployment, condition) < nowMs;
}

/** The status with what is to be said about progress. */
function withProgress({ env, deployment, newSet }: Pass, status: Status): Status {
  const current = conditionOf(deployment.status, PROGRESSING);
  const wasComplete = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === AVAILABLE_REASON;
  if (wasComplete) return status;
  const nowMs = env.clock.now();
  const subject = newSet
    ? `ReplicaSet ${goQuote(newSet.metadata.name ?? '')}`
    : `Deployment ${goQuote(deployment.metadata.name ?? '')}`;
  const condition = (value: string, reason: string, what: string): DeploymentCondition =>
    newCondition(nowMs, PROGRESSING, value, reason, `${subject} ${what}`);
  if (isComplete(deployment, status)) {
    return withCondition(status, condition('True', AVAILABLE_REASON, 'has successfully progressed.'));
  }
  if (isBetter(deployment.status, status)) {
    const next = condition('True', 'ReplicaSetUpdated', 'is progressing.');
    if (!current) return withCondition(status, next);
    // The time of the last progress is what counts, so that the condition is renewed although it says the same.
    if (current.status === 'True' && current.lastTransitionTime !== undefined)
      next.lastTransitionTime = current.lastTransitionTime;
    return withCondition(withoutCondition(status, PROGRESSING), next);
  }
  if (!isTimedOut(deployment, status, nowMs)) return status;
  return withCondition(status, condition('False', TIMED_OUT_REASON, 'has timed out progressing.'));
}

/** What the replica sets say about pods that they could not create; the new one counts first. */
function withReplicaFailure({ newSet, sets }: Pass, status: Status): Status {
  for (const set of newSet ? [newSet, ...sets] : sets) {
    const failure = set.status?.conditions?.find(({ type }) => type === REPLICA_FAILURE);
    if (!failure) continue;
    const { lastTransitionTime, ...rest } = failure;
    const times = lastTransitionTime === undefined ? {} : { lastUpdateTime: lastTransitionTime, lastTransitionTime };
    return withCondition(status, { ...rest, ...times });
  }
  return withoutCondition(status, REPLICA_FAILURE);
}

/** Tells how the rollout stands, if that is news; otherwise says when to look whether it is stuck. */
export async function syncRolloutStatus(pass: Pass): Promise<Again> {
  const { deployment } = pass;
  const counted = statusOf(pass);
  const progress = hasDeadline(deployment) ? withProgress(pass, counted) : withoutCondition(counted, PROGRESSING);
  const status = withReplicaFailure(pass, progress);
  if (deepEqual(deployment.status, status)) return lookAgain(pass);
  await pass.writeStatus(status);
  return undefined;
}

/** Tells how the deployment stands outside of rollouts, if that is news. */
export async function syncStatus(pass: Pass): Promise<void> {
  const status = statusOf(pass);
  if (!deepEqual(pass.deployment.status, status)) await pass.writeStatus(status);
}

function lookAgain({ deployment, env }: Pass): Again {
  const current = conditionOf(deployment.status, PROGRESSING);
  if (!hasDeadline(deployment) || !current) return undefined;
  // A rollout that came to its end cannot time out any more, although its pods may become unavailable.
  const { reason } = current;
  const isOver =
    reason === TIMED_OUT_REASON || reason === AVAILABLE_REASON || isComplete(deployment, deployment.status);
  if (isOver) return undefined;
  const leftMs = deadlineMs(deployment, current) - env.clock.now();
  // Upstream adds a second so that timers that fire early do no harm.
  return { againInMs: leftMs < 1000 ? Math.max(leftMs, 0) + 1 : leftMs + 1000 };
}
