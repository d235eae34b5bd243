/** Conditions of deployments, whose changes have rules of their own. */
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Deployment, DeploymentCondition, DeploymentStatus } from '../../server/kube/types.gen.ts';

type Status = Frozen<DeploymentStatus>;
type Condition = Frozen<DeploymentCondition>;

const INT32_MAX = 2 ** 31 - 1;

/** Whether the deployment wants to be told when it makes no progress. */
export function hasDeadline({ spec }: Frozen<Deployment>): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== INT32_MAX;
}

export function newCondition(
  nowMs: number,
  type: string,
  status: string,
  reason: string,
  message: string,
): DeploymentCondition {
  const now = rfc3339(nowMs);
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

export function conditionOf({ conditions }: Status, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function withoutCondition(status: Status, type: string): Status {
  if (!conditionOf(status, type)) return status;
  const { conditions = [], ...rest } = status;
  const others = conditions.filter((condition) => condition.type !== type);
  return others.length > 0 ? { ...rest, conditions: others } : rest;
}

/** What says the same for the same reason is left as it is; otherwise the condition moves to the end. */
export function withCondition(status: Status, condition: Condition): Status {
  const current = conditionOf(status, condition.type);
  if (current?.status === condition.status && current.reason === condition.reason) return status;
  const { lastTransitionTime } = current?.status === condition.status ? current : condition;
  const next = { ...condition, ...(lastTransitionTime !== undefined && { lastTransitionTime }) };
  return { ...status, conditions: [...(withoutCondition(status, condition.type).conditions ?? []), next] };
}
