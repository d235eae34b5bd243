/** The conditions of a job, in upstream's words. */
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { JobCondition, JobStatus } from '../../server/kube/types.gen.ts';

export type Condition = Frozen<JobCondition>;

/** A condition with the time of now. */
export function conditionOf(
  { type, status = 'True', reason, message }: { type: string; status?: string; reason: string; message: string },
  nowMs: number,
): JobCondition {
  const now = rfc3339(nowMs);
  return { type, status, lastProbeTime: now, lastTransitionTime: now, reason, message };
}

/** The condition that makes a job fail; its pods are ended before it is Failed. */
export function failing(reason: string, message: string, nowMs: number): JobCondition {
  return conditionOf({ type: 'FailureTarget', reason, message }, nowMs);
}

/** The condition that makes a job succeed; its pods are ended before it is Complete. */
export function succeeding(reason: string, message: string, nowMs: number): JobCondition {
  return conditionOf({ type: 'SuccessCriteriaMet', reason, message }, nowMs);
}

/** The condition that follows: FailureTarget becomes Failed, SuccessCriteriaMet becomes Complete. */
export function finalOf({ type, reason = '', message = '' }: Condition, nowMs: number): JobCondition {
  return conditionOf({ type: type === 'FailureTarget' ? 'Failed' : 'Complete', reason, message }, nowMs);
}

export function trueCondition(status: Frozen<JobStatus>, type: string): Condition | undefined {
  return status.conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

/**
 * Puts a condition into a status. What was never there does not become False.
 *
 * @returns whether anything changed
 */
export function ensureCondition(status: JobStatus, next: JobCondition): boolean {
  const conditions = status.conditions ?? [];
  const i = conditions.findIndex(({ type }) => type === next.type);
  const before = conditions[i];
  if (!before) {
    if (next.status === 'False') return false;
    status.conditions = [...conditions, next];
    return true;
  }
  if (before.status === next.status && before.reason === next.reason && before.message === next.message) return false;
  status.conditions = conditions.with(i, next);
  return true;
}
