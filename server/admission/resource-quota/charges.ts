/** What a write adds to the quotas of its namespace, and whether it fits. */
import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type Amounts, compareAmounts, excessAmounts, onlyAmounts, sumAmounts } from '../../kube/amounts.ts';
import { resourceName } from '../../kube/object.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type { Evaluator } from '../../kube/quota/evaluator.ts';
import { evaluatorOf } from '../../kube/quota/evaluators.ts';
import { isInScopes } from '../../kube/quota/total.ts';
import type { ResourceQuota } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import { finalRefusal } from '../refusal.ts';
import { checkCovered, type LimitedResource } from './limited-resources.ts';

export type Quota = Frozen<ResourceQuota>;

/** What one quota is to be charged. */
export interface Charge {
  readonly quota: Quota;
  readonly requested: Amounts;
}

/** `a=1,b=2`, in order. */
function amountsText(amounts: Amounts): string {
  return Object.entries(amounts)
    .map(([name, amount]) => `${name}=${amount}`)
    .sort()
    .join(',');
}

/** The names of what a quota limits of an object; none when it does not concern it. */
function limitedNames({ spec, status }: Quota, evaluator: Evaluator, object: NonNullable<Review['old']>): string[] {
  const names = Object.keys(status.hard ?? {}).filter((name) => evaluator.counts(name));
  return names.length > 0 && isInScopes(evaluator, spec, object) ? names : [];
}

/** @throws ApiError 403 for an object whose use of a quota cannot be told */
function checkCountable(review: Review, { metadata, status }: Quota, names: readonly string[], missing?: string): void {
  const name = metadata.name ?? '';
  if (missing !== undefined) throw finalRefusal(review, `failed quota: ${name}: ${missing}`);
  if (names.every((limited) => getOwn(status.used, limited) !== undefined)) return;
  const resources = [...names].sort().join(',');
  throw finalRefusal(review, `status unknown for quota: ${name}, resources: ${resources}`);
}

/**
 * What a write adds to each quota that it concerns.
 *
 * @throws ApiError 403
 */
export function chargesOf(
  review: Review,
  quotas: readonly Quota[],
  nowMs: number,
  limited: readonly LimitedResource[] = [],
): Charge[] {
  const { info, old } = review;
  const object = review.object as NonNullable<Review['old']>;
  const evaluator = evaluatorOf(resourceName(info.group, info.resource));
  const covered = new Set<string>();
  const concerned = quotas.filter((quota) => {
    const names = limitedNames(quota, evaluator, object);
    if (names.length > 0) checkCountable(review, quota, names, evaluator.missing?.(names, object));
    for (const name of names) covered.add(name);
    return names.length > 0;
  });
  if (concerned.length === 0 && limited.length === 0) return [];
  const usage = evaluator.usage(object, nowMs);
  const negative = Object.keys(usage).filter((name) => parseQuantity(usage[name] ?? '0').nano < 0n);
  if (negative.length > 0)
    throw finalRefusal(review, `quota usage is negative for resource(s): ${negative.sort().join(',')}`);
  const before = old && evaluator.usage(old, nowMs);
  const added = before ? excessAmounts(usage, before) : usage;
  const additions = concerned.map((quota) => {
    const wasCounted = old !== undefined && limitedNames(quota, evaluator, old).length > 0;
    return { quota, added: wasCounted ? added : usage };
  });
  const isSome = (amounts: Amounts): boolean =>
    Object.values(amounts).some((amount) => parseQuantity(amount).nano !== 0n);
  const uses = concerned.length > 0 ? additions.some((addition) => isSome(addition.added)) : isSome(added);
  if (uses && limited.length > 0) checkCovered(review, { evaluator, usage, covered, quotas }, limited);
  return additions.flatMap(({ quota, added: more }) => {
    const requested = onlyAmounts(
      more,
      (name) => getOwn(quota.status.hard, name) !== undefined && parseQuantity(more[name] ?? '0').nano !== 0n,
    );
    return Object.keys(requested).length > 0 ? [{ quota, requested }] : [];
  });
}

/**
 * What is used of a quota once the charge is made.
 *
 * @throws ApiError 403 when that is more than the quota allows
 */
export function chargedUsage(review: Review, { quota, requested }: Charge, used: Amounts): Amounts {
  const { hard = {} } = quota.status;
  const sum = sumAmounts(used, requested);
  // What a controller reports cannot be refused any more.
  if (review.subresource === 'status') return sum;
  const exceeds = (name: string): boolean => {
    const limit = getOwn(hard, name);
    return getOwn(requested, name) !== undefined && limit !== undefined && compareAmounts(sum[name] ?? '0', limit) > 0;
  };
  if (!Object.keys(requested).some(exceeds)) return sum;
  const [asked, taken, limited] = [requested, used, hard].map((of) => amountsText(onlyAmounts(of, exceeds)));
  const what = `requested: ${asked}, used: ${taken}, limited: ${limited}`;
  throw finalRefusal(review, `exceeded quota: ${quota.metadata.name ?? ''}, ${what}`);
}
