import type { Frozen } from '../../base/freeze.ts';
import { getOwn, setOwn } from '../../base/freeze.ts';
import type { Amounts } from '../amounts.ts';
import type { KubeObject } from '../object.ts';
import { formatQuantity, parseQuantity, type Quantity } from '../quantity.ts';
import type { ResourceQuotaSpec } from '../types.gen.ts';
import type { Evaluator } from './evaluator.ts';
import { countedResources, evaluatorOf } from './evaluators.ts';
import { scopesOf } from './scope.ts';

/** Whether an object is in all scopes of a quota. */
export function isInScopes(evaluator: Evaluator, spec: Frozen<ResourceQuotaSpec>, object: Frozen<KubeObject>): boolean {
  return scopesOf(spec).every((scope) => evaluator.inScope?.(scope, object) ?? false);
}

/** What there is of a resource in the quota's namespace. */
export type ObjectsOf = (resource: string) => readonly Frozen<KubeObject>[];

/** What all objects in a namespace use of what a quota limits (quota.CalculateUsage). */
export function totalUsage(
  spec: Frozen<ResourceQuotaSpec>,
  names: readonly string[],
  objectsOf: ObjectsOf,
  nowMs: number,
): Amounts {
  const total: Record<string, Quantity> = {};
  for (const resource of countedResources(names)) {
    const evaluator = evaluatorOf(resource);
    const counted = names.filter((name) => evaluator.counts(name));
    for (const name of counted) if (!getOwn(total, name)) setOwn(total, name, { nano: 0n, format: 'DecimalSI' });
    for (const object of objectsOf(resource)) {
      if (!isInScopes(evaluator, spec, object)) continue;
      const usage = evaluator.usage(object, nowMs);
      for (const name of counted) {
        const amount = getOwn(usage, name);
        if (amount !== undefined) setOwn(total, name, added(getOwn(total, name), parseQuantity(amount)));
      }
    }
  }
  return Object.fromEntries(Object.entries(total).map(([name, quantity]) => [name, formatQuantity(quantity)]));
}

/** Nothing takes the format of what is added to it. */
function added(sum: Quantity | undefined, { nano, format }: Quantity): Quantity {
  return !sum || sum.nano === 0n ? { nano, format } : { nano: sum.nano + nano, format: sum.format };
}
