/** All kinds that answer questions about users and permissions. */
import type { KubeObject } from '../kube/object.ts';
import type { Authorizer } from '../pipeline/identity.ts';
import type { ResourceDefinition } from '../registry/resource.ts';
import { localSubjectAccessReviews, selfSubjectAccessReviews, subjectAccessReviews } from './access-reviews.ts';
import { selfSubjectReviews, tokenReviews } from './authentication-reviews.ts';
import type { Credentials } from './authenticator.ts';
import type { RuleResolver } from './rbac.ts';
import { selfSubjectRulesReviews } from './rules-reviews.ts';

/**
 * The definitions that a cluster needs besides those of the kinds that it stores.
 *
 * @example
 * const definitions = [...resourceDefinitions, ...reviewDefinitions(credentials, authorizer)];
 */
export function reviewDefinitions(
  credentials: Credentials,
  authorizer: Authorizer & RuleResolver,
): ResourceDefinition[] {
  return [
    general(tokenReviews(credentials)),
    general(selfSubjectReviews()),
    general(subjectAccessReviews(authorizer)),
    general(localSubjectAccessReviews(authorizer)),
    general(selfSubjectAccessReviews(authorizer)),
    general(selfSubjectRulesReviews(authorizer)),
  ];
}

/** The registry hands each definition only objects of its own kind. */
function general<T extends KubeObject>(definition: ResourceDefinition<T>): ResourceDefinition {
  return definition as unknown as ResourceDefinition;
}
