/** Whether one rule of a role allows a request: pkg/apis/rbac/v1/evaluation_helpers.go. */
import type { Frozen } from '../base/freeze.ts';
import type { PolicyRule } from '../kube/types.gen.ts';
import type { AccessRequest } from '../pipeline/identity.ts';

export type Rule = Frozen<PolicyRule>;

const NONE: readonly string[] = [];

/**
 * A test of rules for one request. It leaves out the name of the object, which {@link allowsName} looks at.
 *
 * @example
 * rules.some(ruleTest({ user, verb: 'get', path: '/healthz' }))
 */
export function ruleTest({ verb, resource, path = '' }: AccessRequest): (rule: Rule) => boolean {
  if (!resource) return (rule) => allowsPath(rule.nonResourceURLs ?? NONE, path) && hasOrAll(rule.verbs ?? NONE, verb);
  const { group } = resource;
  const names = resourceNamesOf(resource);
  return ({ resources = NONE, verbs, apiGroups = NONE }) => {
    // Resources first: they tell the most rules apart.
    if (!names.some((name) => resources.includes(name))) return false;
    return hasOrAll(verbs ?? NONE, verb) && hasOrAll(apiGroups, group);
  };
}

/** How a rule may call what is asked for. */
export function resourceNamesOf({ resource, subresource }: NonNullable<AccessRequest['resource']>): readonly string[] {
  return subresource === '' ? [resource, '*'] : [`${resource}/${subresource}`, '*', `*/${subresource}`];
}

/** Rules without names allow every name. A request without a name only fits those. */
export function allowsName({ resourceNames = NONE }: Rule, name: string): boolean {
  return resourceNames.length === 0 || resourceNames.includes(name);
}

/** A trailing `*` stands for any rest of the path. */
function allowsPath(allowed: readonly string[], path: string): boolean {
  return allowed.some((url) => {
    if (url === '*' || url === path) return true;
    return url.endsWith('*') && path.startsWith(url.replace(/\*+$/, ''));
  });
}

function hasOrAll(values: readonly string[], wanted: string): boolean {
  return values.includes(wanted) || values.includes('*');
}
