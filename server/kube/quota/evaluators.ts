/** Which names in a quota stand for which resource. */
import type { Amounts } from '../amounts.ts';
import type { Evaluator } from './evaluator.ts';
import { claimEvaluator, deviceEvaluator, serviceEvaluator } from './object-usage.ts';
import { podEvaluator } from './pod-usage.ts';

const COUNT = 'count/';

/** Names from before there was `count/`. */
const ALIASES = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

const EVALUATORS: Readonly<Record<string, Evaluator>> = {
  pods: podEvaluator,
  services: serviceEvaluator,
  persistentvolumeclaims: claimEvaluator,
  'resourceclaims.resource.k8s.io': deviceEvaluator,
};

function counter(resource: string): Evaluator {
  const names = ALIASES.has(resource) ? [`${COUNT}${resource}`, resource] : [`${COUNT}${resource}`];
  const usage: Amounts = Object.fromEntries(names.map((name) => [name, '1']));
  return { counts: (name) => names.includes(name), usage: () => usage };
}

const counters = new Map<string, Evaluator>();

/** The evaluator of a resource, such as `pods` or `deployments.apps`: of most, objects are only counted. */
export function evaluatorOf(resource: string): Evaluator {
  if (Object.hasOwn(EVALUATORS, resource)) return EVALUATORS[resource] as Evaluator;
  let known = counters.get(resource);
  if (!known) {
    known = counter(resource);
    counters.set(resource, known);
  }
  return known;
}

/** The resources whose objects the names in a quota are about. */
export function countedResources(names: readonly string[]): string[] {
  const found = Object.keys(EVALUATORS).filter((resource) => names.some((name) => evaluatorOf(resource).counts(name)));
  const others = names.flatMap((name) => {
    if (ALIASES.has(name)) return [name];
    return name.startsWith(COUNT) ? [name.slice(COUNT.length)] : [];
  });
  return [...new Set([...found, ...others])];
}
