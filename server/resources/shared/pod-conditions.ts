import { rfc3339 } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import type { PodCondition, PodStatus } from '../../kube/types.gen.ts';

/** Adds a condition or replaces the one of its type; only a change of its status is a transition. */
export function setPodCondition(
  status: PodStatus,
  condition: Omit<PodCondition, 'lastTransitionTime' | 'lastProbeTime'>,
  nowMs: number,
): void {
  const { type, status: state, reason, message } = condition;
  const conditions = status.conditions ?? [];
  const old = conditions.find((candidate) => candidate.type === type);
  const unchanged = old?.status === state ? old.lastTransitionTime : undefined;
  const next: PodCondition = {
    type,
    status: state,
    // Go prints a time that was never set as null.
    lastProbeTime: null as unknown as string,
    lastTransitionTime: unchanged ?? rfc3339(nowMs),
    ...(reason !== undefined && { reason }),
    ...(message !== undefined && { message }),
  };
  status.conditions = old
    ? conditions.map((candidate) => (candidate === old ? next : candidate))
    : [...conditions, next];
}

/** Whether a pod serves. */
export function isPodReady(status: Frozen<PodStatus>): boolean {
  return (status.conditions ?? []).some(({ type, status: state }) => type === 'Ready' && state === 'True');
}
