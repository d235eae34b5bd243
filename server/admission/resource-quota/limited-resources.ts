/** Resources that nobody may use without a quota that says how much: `limitedResources` of the configuration. */
import type { Frozen } from '../../base/freeze.ts';
import type { Amounts } from '../../kube/amounts.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import type { Evaluator } from '../../kube/quota/evaluator.ts';
import { scopesOf } from '../../kube/quota/scope.ts';
import type { ResourceQuota, ScopedResourceSelectorRequirement } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import { finalRefusal } from '../refusal.ts';

type Scope = Frozen<ScopedResourceSelectorRequirement>;

export interface LimitedResource {
  readonly apiGroup: string;
  readonly resource: string;
  /** Parts of names of what is used. */
  readonly matchContains: readonly string[];
  readonly matchScopes: readonly Scope[];
}

/** What is known about a write that uses something. */
export interface Use {
  readonly evaluator: Evaluator;
  readonly usage: Amounts;
  /** Everything that quotas which concern the object limit. */
  readonly covered: ReadonlySet<string>;
  readonly quotas: readonly Frozen<ResourceQuota>[];
}

/** @throws ApiError 403 when no quota limits what is used, 500 (as upstream) when none is for a scope of the object */
export function checkCovered(review: Review, use: Use, limited: readonly LimitedResource[]): void {
  const { group, resource } = review.info;
  const own = limited.filter((one) => one.apiGroup === group && one.resource === resource);
  const names = Object.keys(use.usage).filter(
    (name) =>
      parseQuantity(use.usage[name] ?? '0').nano > 0n &&
      own.some(({ matchContains }) => matchContains.some((part) => name.includes(part))),
  );
  const uncovered = names.filter((name) => !use.covered.has(name)).sort();
  if (uncovered.length > 0) throw finalRefusal(review, `insufficient quota to consume: ${uncovered.join(',')}`);
  const scopes = uncoveredScopes(review.object as Frozen<KubeObject>, use, limited);
  if (scopes.length === 0) return;
  throw new ApiError(500, '', `insufficient quota to match these scopes: [${scopes.map(scopeText).join(' ')}]`);
}

function uncoveredScopes(
  object: Frozen<KubeObject>,
  { evaluator, quotas }: Use,
  limited: readonly LimitedResource[],
): Scope[] {
  const matches = (scope: Scope): boolean => evaluator.inScope?.(scope, object) ?? false;
  const wanted = limited.flatMap(({ matchScopes }) => matchScopes.filter(matches));
  if (wanted.length === 0) return [];
  const covered = new Set(
    quotas.flatMap(({ spec }) => scopesOf(spec).filter(matches)).map(({ scopeName }) => scopeName),
  );
  return wanted.filter(({ scopeName }) => !covered.has(scopeName));
}

/** As Go prints it. */
const scopeText = ({ scopeName, operator, values }: Scope): string =>
  `{${scopeName} ${operator} [${(values ?? []).join(' ')}]}`;
