/** Conditions of custom resource definitions (apiextensions-apiserver, apihelpers). */
import { deepEqual } from '../../base/freeze.ts';
import type { CustomResourceDefinitionCondition } from '../../kube/types.gen.ts';
import type { Definition } from '../../registry/custom/custom-version.ts';

export type Condition = CustomResourceDefinitionCondition;

export const conditionOf = ({ status }: Definition, type: string): Condition | undefined =>
  (status.conditions as readonly Condition[] | null | undefined)?.find((condition) => condition.type === type);

/** The conditions with another one; times only change with the status. */
export function withCondition(
  conditions: readonly Condition[],
  { type, status, reason, message }: Omit<Condition, 'lastTransitionTime'>,
  now: string,
): Condition[] {
  const before = conditions.find((condition) => condition.type === type);
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
  const next = { type, status, lastTransitionTime, reason, message } as Condition;
  return before ? conditions.map((condition) => (condition === before ? next : condition)) : [...conditions, next];
}

/** Whether two conditions say the same. */
export const isEquivalent = (a: Condition | undefined, b: Condition | undefined): boolean =>
  deepEqual([a?.type, a?.status, a?.reason, a?.message], [b?.type, b?.status, b?.reason, b?.message]);
