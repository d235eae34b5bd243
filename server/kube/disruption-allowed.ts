/** The condition of a budget that says whether it allows a disruption: component-helpers/apps/poddisruptionbudget. */
import { rfc3339 } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import type { Condition, PodDisruptionBudgetStatus } from './types.gen.ts';

const TYPE = 'DisruptionAllowed';

type Conditions = readonly Frozen<Condition>[];

/** What the condition says; without a `failure` that follows from how many disruptions are left. */
interface Verdict {
  readonly disruptionsAllowed: number;
  readonly observedGeneration: number;
  /** Why the budget could not be looked at. */
  readonly failure?: string;
}

export function disruptionAllowed(conditions: Conditions = []): Frozen<Condition> | undefined {
  return conditions.find(({ type }) => type === TYPE);
}

/** The conditions of a budget with that of a verdict in its place. */
export function withVerdict(conditions: Conditions = [], verdict: Verdict, nowMs: number): Frozen<Condition>[] {
  const { disruptionsAllowed, observedGeneration, failure } = verdict;
  const before = disruptionAllowed(conditions);
  const isAllowed = failure === undefined && disruptionsAllowed > 0;
  const status = isAllowed ? 'True' : 'False';
  const reason = isAllowed ? 'SufficientPods' : 'InsufficientPods';
  const next: Condition = {
    type: TYPE,
    status,
    ...(observedGeneration !== 0 && { observedGeneration }),
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : rfc3339(nowMs),
    reason: failure === undefined ? reason : 'SyncFailed',
    message: failure ?? '',
  };
  return before ? conditions.map((other) => (other === before ? next : other)) : [...conditions, next];
}

/** Whether the condition says what follows from how many disruptions are left. */
export function isVerdictCurrent({ conditions, disruptionsAllowed }: Frozen<PodDisruptionBudgetStatus>): boolean {
  const reason = disruptionsAllowed > 0 ? 'SufficientPods' : 'InsufficientPods';
  return disruptionAllowed(conditions)?.reason === reason;
}
