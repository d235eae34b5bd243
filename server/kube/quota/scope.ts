import type { Frozen } from '../../base/freeze.ts';
import type { ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../types.gen.ts';

type Scope = Frozen<ScopedResourceSelectorRequirement>;

/** Everything that a quota asks of the objects it counts (getScopeSelectorsFromQuota). */
export function scopesOf({ scopes, scopeSelector }: Frozen<ResourceQuotaSpec>): Scope[] {
  const plain = (scopes ?? []).map((scopeName): Scope => ({ scopeName, operator: 'Exists' }));
  return [...plain, ...(scopeSelector?.matchExpressions ?? [])];
}

/** Whether one of some class names is among those that a scope selects; of none, only absence is. */
export function selects({ operator, values }: Scope, names: readonly string[]): boolean {
  const isListed = (name: string): boolean => (values ?? []).includes(name);
  switch (operator) {
    case 'Exists':
      return names.length > 0;
    case 'DoesNotExist':
      return names.length === 0;
    case 'In':
      return names.some(isListed);
    default:
      return names.length === 0 || names.some((name) => !isListed(name));
  }
}
