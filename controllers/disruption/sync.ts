import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { isVerdictCurrent, withVerdict } from '../../server/kube/disruption-allowed.ts';
import type { Key } from '../../server/kube/object.ts';
import type { LabelSelector, Pod, PodDisruptionBudget } from '../../server/kube/types.gen.ts';
import { labelSelectorOf } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { messageOf } from '../lib/pod-control.ts';
import { PODS } from '../lib/pods.ts';
import { scaled } from '../lib/scaled.ts';
import { countHealthy, type DisruptedPods, disruptedPods } from './disrupted-pods.ts';
import { expectedPods } from './expected-pods.ts';

export const BUDGETS = 'policy/v1/poddisruptionbudgets';

type Budget = Frozen<PodDisruptionBudget>;
type Status = Budget['status'];
type Again = { readonly againInMs: number } | undefined;

/** One pass over one budget: count its pods, and tell. Whatever fails, no disruption is allowed then. */
export async function syncBudget(key: Key, env: ControllerEnv): Promise<Again> {
  const budget = env.lister<PodDisruptionBudget>(BUDGETS).get(key);
  if (!budget) return undefined;
  try {
    return await sync(budget, env);
  } catch (error) {
    // Somebody was faster, an eviction perhaps: look again.
    if (error instanceof ApiError && error.code === 409) throw error;
    await failSafe(budget, messageOf(error), env);
    return undefined;
  }
}

async function sync(budget: Budget, env: ControllerEnv): Promise<Again> {
  const { metadata, spec } = budget;
  const pods = spec.selector
    ? env.lister<Pod>(PODS).list(metadata.namespace ?? '', labelSelectorOf(spec.selector))
    : [];
  if (pods.length === 0) env.event(budget, 'Normal', 'NoPods', 'No matching pods found');
  const expected = await expectation(budget, pods, env);
  const disrupted = disruptedPods(budget, pods, env);
  await writeStatus(budget, statusOf(budget, pods, expected, disrupted, env.clock.now()), env);
  return disrupted.recheckInMs === undefined ? undefined : { againInMs: disrupted.recheckInMs + 1 };
}

interface Expectation {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
}

/** How many pods there should be, and how many of them have to be healthy (getExpectedPodCount). */
async function expectation(budget: Budget, pods: readonly Frozen<Pod>[], env: ControllerEnv): Promise<Expectation> {
  const { minAvailable, maxUnavailable } = budget.spec;
  if (maxUnavailable !== undefined) {
    const count = await expectedCount(budget, pods, env);
    const desiredHealthy = Math.max(0, count - scaled(maxUnavailable, count, Math.ceil));
    return { expectedPods: count, desiredHealthy };
  }
  if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0 };
  // A plain number needs nobody who says how many pods there should be.
  if (typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable };
  const count = await expectedCount(budget, pods, env);
  return { expectedPods: count, desiredHealthy: scaled(minAvailable, count, Math.ceil) };
}

async function expectedCount(budget: Budget, pods: readonly Frozen<Pod>[], env: ControllerEnv): Promise<number> {
  try {
    const { count, hasUnmanaged } = await expectedPods(pods, env);
    if (hasUnmanaged) tellOfUnmanaged(budget, env);
    return count;
  } catch (error) {
    const message = `Failed to calculate the number of expected pods: ${messageOf(error)}`;
    env.event(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
    throw error;
  }
}

function tellOfUnmanaged(budget: Budget, env: ControllerEnv): void {
  const selector = goText(budget.spec.selector ?? {});
  const message =
    `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the ` +
    'status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these ' +
    'pods please set ".spec.minAvailable" field of the PDB to an integer value.';
  env.event(budget, 'Warning', 'UnmanagedPods', message);
}

/** A label selector as Go prints it. */
function goText({ matchLabels = {}, matchExpressions = [] }: Frozen<LabelSelector>): string {
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key]},`)
    .join('');
  const expressions = matchExpressions
    .map(
      ({ key, operator, values = [] }) =>
        `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
    )
    .join('');
  const both = `MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},`;
  return `&LabelSelector{${both}}`;
}

function statusOf(
  { metadata, status }: Budget,
  pods: readonly Frozen<Pod>[],
  expected: Expectation,
  disrupted: DisruptedPods,
  nowMs: number,
): Status {
  const observedGeneration = metadata.generation ?? 0;
  const currentHealthy = countHealthy(pods, disrupted, nowMs);
  // A budget that matches no pods yet does not allow anything: its first pods may appear any time.
  const left = currentHealthy - expected.desiredHealthy;
  const disruptionsAllowed = expected.expectedPods > 0 && left > 0 ? left : 0;
  const { conditions } = status;
  const isCurrent =
    status.observedGeneration === observedGeneration && isVerdictCurrent({ ...status, disruptionsAllowed });
  return {
    observedGeneration,
    ...(Object.keys(disrupted.since).length > 0 && { disruptedPods: disrupted.since }),
    disruptionsAllowed,
    currentHealthy,
    ...expected,
    conditions:
      isCurrent && conditions ? conditions : withVerdict(conditions, { disruptionsAllowed, observedGeneration }, nowMs),
  };
}

/** Evictions ask the status: when it cannot be known, nothing may be disrupted. */
async function failSafe(budget: Budget, failure: string, env: ControllerEnv): Promise<void> {
  const { observedGeneration = 0 } = budget.status;
  const verdict = { disruptionsAllowed: 0, observedGeneration, failure };
  const conditions = withVerdict(budget.status.conditions, verdict, env.clock.now());
  await writeStatus(budget, { ...budget.status, disruptionsAllowed: 0, conditions }, env);
}

async function writeStatus(budget: Budget, status: Status, env: ControllerEnv): Promise<void> {
  if (!deepEqual(budget.status, status))
    await env.client.update<PodDisruptionBudget>(BUDGETS, { ...budget, status }, 'status');
}
