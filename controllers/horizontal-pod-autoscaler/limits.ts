/** From what metrics ask for to what is allowed: windows, rates, minimum and maximum (horizontal.go). */
import type { Frozen } from '../../server/base/freeze.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HPAScalingRules,
} from '../../server/kube/types.gen.ts';
import type { Conditions } from './conditions.ts';
import type { History } from './history.ts';

/** How long a higher recommendation is remembered (horizontal-pod-autoscaler-downscale-stabilization). */
export const DOWN_WINDOW_SECONDS = 300;

export interface Wish {
  readonly autoscaler: Frozen<HorizontalPodAutoscaler>;
  readonly history: History;
  readonly conditions: Conditions;
  readonly current: number;
  readonly desired: number;
  readonly minimum: number;
  readonly nowMs: number;
}

interface Decided {
  readonly replicas: number;
  readonly reason: string;
  readonly message: string;
}

const TOO_FEW = {
  reason: 'TooFewReplicas',
  message: 'the desired replica count is less than the minimum replica count',
};
const TOO_MANY = {
  reason: 'TooManyReplicas',
  message: 'the desired replica count is more than the maximum replica count',
};
const TOO_FAST_UP = {
  reason: 'ScaleUpLimit',
  message: 'the desired replica count is increasing faster than the maximum scale rate',
};
const TOO_FAST_DOWN = {
  reason: 'ScaleDownLimit',
  message: 'the desired replica count is decreasing faster than the maximum scale rate',
};
const WITHIN = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const HIGHEST = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const LOWEST = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};

/** How many replicas there shall be, with the conditions that tell why. */
export function allowed(wish: Wish): number {
  const { behavior } = wish.autoscaler.spec;
  const stable = behavior ? stabilized(wish, behavior) : stabilizedDown(wish);
  const { conditions, desired } = wish;
  if (stable.replicas === desired)
    conditions.set('AbleToScale', true, 'ReadyForNewScale', 'recommended size matches current size');
  else conditions.set('AbleToScale', true, stable.reason, stable.message);
  const limited = behavior ? limitedByRules(wish, stable.replicas, behavior) : limitedByDefault(wish, stable.replicas);
  conditions.set('ScalingLimited', limited.replicas !== stable.replicas, limited.reason, limited.message);
  return limited.replicas;
}

/** The highest recommendation of the last five minutes (stabilizeRecommendation). */
function stabilizedDown({ history, desired, nowMs }: Wish): Decided {
  const isOld = (atMs: number): boolean => atMs < nowMs - DOWN_WINDOW_SECONDS * 1000;
  const recent = history.recommendations.filter(({ atMs }) => !isOld(atMs));
  history.recommend(desired, nowMs, isOld);
  return { replicas: Math.max(desired, ...recent.map(({ replicas }) => replicas)), ...HIGHEST };
}

/** Neither more than the lowest nor less than the highest of two windows (stabilizeRecommendationWithBehaviors). */
function stabilized(
  { history, current, desired, nowMs }: Wish,
  behavior: Frozen<HorizontalPodAutoscalerBehavior>,
): Decided {
  const upSinceMs = nowMs - (behavior.scaleUp?.stabilizationWindowSeconds ?? 0) * 1000;
  const downSinceMs = nowMs - (behavior.scaleDown?.stabilizationWindowSeconds ?? DOWN_WINDOW_SECONDS) * 1000;
  let [up, down] = [desired, desired];
  for (const { replicas, atMs } of history.recommendations) {
    if (atMs > upSinceMs) up = Math.min(up, replicas);
    if (atMs > downSinceMs) down = Math.max(down, replicas);
  }
  history.recommend(desired, nowMs, (atMs) => atMs < upSinceMs && atMs < downSinceMs);
  return { replicas: Math.min(Math.max(current, up), down), ...(desired >= current ? LOWEST : HIGHEST) };
}

/** Twice as many at once, or four (convertDesiredReplicasWithRules). */
function limitedByDefault({ autoscaler, current, minimum }: Wish, desired: number): Decided {
  const { maxReplicas } = autoscaler.spec;
  const rate = Math.max(2 * current, 4);
  if (desired < minimum) return { replicas: minimum, ...TOO_FEW };
  const maximum = Math.min(maxReplicas, rate);
  if (desired > maximum) return { replicas: maximum, ...(maxReplicas > rate ? TOO_FAST_UP : TOO_MANY) };
  return { replicas: desired, ...WITHIN };
}

/** convertDesiredReplicasWithBehaviorRate */
function limitedByRules(
  wish: Wish,
  desired: number,
  { scaleUp, scaleDown }: Frozen<HorizontalPodAutoscalerBehavior>,
): Decided {
  const { current, minimum } = wish;
  const { maxReplicas } = wish.autoscaler.spec;
  if (desired > current) {
    const limit = Math.max(current, rate(wish, scaleUp, 1));
    const maximum = Math.min(maxReplicas, limit);
    if (desired > maximum) return { replicas: maximum, ...(maxReplicas > limit ? TOO_FAST_UP : TOO_MANY) };
  } else if (desired < current) {
    const limit = Math.min(current, rate(wish, scaleDown, -1));
    const least = Math.max(minimum, limit);
    if (desired < least) return { replicas: least, ...(minimum < limit ? TOO_FAST_DOWN : TOO_FEW) };
  }
  return { replicas: desired, ...WITHIN };
}

/** How many there may be at the end of a period, by the policy that allows most, or least. */
function rate({ history, current, nowMs }: Wish, rules: Frozen<HPAScalingRules> | undefined, sign: 1 | -1): number {
  const { selectPolicy = 'Max', policies = [] } = rules ?? {};
  if (selectPolicy === 'Disabled') return current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const before = history.replicasBefore(periodSeconds, current, nowMs);
    if (type === 'Pods') return before + sign * value;
    const changed = before * (1 + (sign * value) / 100);
    // Rounded up, or a small workload would never grow.
    return sign > 0 ? Math.ceil(changed) : Math.trunc(changed);
  });
  return (selectPolicy === 'Min') === sign > 0 ? Math.min(...proposals) : Math.max(...proposals);
}
