/**
 * Nobody gives away what they do not have: roles with such rules, and bindings to such roles, are refused to all but
 * those who may `escalate` or `bind` (pkg/registry/rbac/…/policybased). Upstream asks after mutating admission and
 * before validation, which is where `beforeCreate` and `beforeUpdate` stand.
 */
import { deepEqual, type Frozen } from '../base/freeze.ts';
import { ApiError, badRequest, forbidden, notFound } from '../kube/api-error.ts';
import { goQuote } from '../kube/go-quote.ts';
import type { KubeObject, User } from '../kube/object.ts';
import type { ClusterRole, RoleBinding } from '../kube/types.gen.ts';
import type { Authorizer } from '../pipeline/identity.ts';
import { isGenerated } from '../registry/name-generator.ts';
import type { ResourceDefinition } from '../registry/resource.ts';
import { aggregated } from './aggregated.ts';
import type { BoundRules } from './rbac.ts';
import { describeParts, quotedList, uncovered } from './rbac-covers.ts';
import type { Rule } from './rbac-rules.ts';
import { MASTERS } from './well-known-users.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** Who decides what somebody has: RBAC says what is held, all authorizers together whether one may go beyond. */
export interface EscalationParts {
  readonly authorizer: Authorizer;
  readonly policy: BoundRules;
}

/** What a write is checked for. */
interface Attempt {
  readonly user: User;
  readonly resource: string;
  readonly object: Frozen<KubeObject>;
  readonly old?: Frozen<KubeObject>;
}

/** Everything, which an aggregation rule may collect. */
const EVERYTHING: readonly Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * A definition of a role or binding with these checks; any other as it is.
 *
 * @example
 * definitions.map((definition) => withEscalationCheck(definition, { authorizer, policy: authorizer }))
 */
export function withEscalationCheck(definition: ResourceDefinition, parts: EscalationParts): ResourceDefinition {
  const [resource = '', ...group] = definition.resource.split('.');
  if (group.join('.') !== GROUP) return definition;
  const check = resource.endsWith('bindings') ? checkBinding : checkRole;
  return {
    ...definition,
    beforeCreate(object, context) {
      check({ user: context.user, resource, object: object as Frozen<KubeObject> }, parts);
      return definition.beforeCreate?.(object, context);
    },
    beforeUpdate(object, old, context) {
      check({ user: context.user, resource, object: object as Frozen<KubeObject>, old }, parts);
      return definition.beforeUpdate?.(object, old, context);
    },
  };
}

function checkRole(attempt: Attempt, parts: EscalationParts): void {
  const { user, resource, object, old } = attempt;
  const { namespace = '', name = '' } = object.metadata;
  if (user.groups.includes(MASTERS)) return;
  // Who creates has named nothing yet.
  const place = { resource, namespace, name: old ? name : '' };
  if (isAuthorized('escalate', place, user, parts)) return;
  if (old && changesCollectionOnly(object, old)) return;
  const { rules, aggregationRule } = object as unknown as Frozen<ClusterRole>;
  checkHeld(rules ?? [], attempt, parts);
  const before = (old as unknown as Frozen<ClusterRole> | undefined)?.aggregationRule;
  if (!aggregationRule?.clusterRoleSelectors?.length && !before?.clusterRoleSelectors?.length) return;
  if (uncovered(parts.policy.boundRules(user, namespace).rules, EVERYTHING).length === 0) return;
  throw refusal(attempt, 'must have cluster-admin privileges to use the aggregationRule');
}

function checkBinding(attempt: Attempt, parts: EscalationParts): void {
  const { user, object, old } = attempt;
  const { namespace = '' } = object.metadata;
  if (user.groups.includes(MASTERS)) return;
  if (old && changesCollectionOnly(object, old)) return;
  const { kind, name, apiGroup } = (object as unknown as Frozen<RoleBinding>).roleRef;
  const isKnown = kind === 'Role' || kind === 'ClusterRole';
  const place = { resource: `${kind.toLowerCase()}s`, namespace, name };
  if (isKnown && apiGroup === GROUP && isAuthorized('bind', place, user, parts)) return;
  checkHeld(rulesOfRole(attempt, parts), attempt, parts);
}

/** @throws ApiError when there is no such role, as upstream's lookup of it words that */
function rulesOfRole({ resource, object }: Attempt, { policy }: EscalationParts): readonly Rule[] {
  const { kind, name } = (object as unknown as Frozen<RoleBinding>).roleRef;
  const { namespace = '' } = object.metadata;
  if (kind !== 'Role' && kind !== 'ClusterRole')
    throw new ApiError(500, '', `unsupported role reference kind: ${goQuote(kind)}`);
  if (kind === 'Role' && namespace === '') throw badRequest('Namespace parameter required.');
  const rules = policy.rulesOfRole(kind === 'Role' ? namespace : '', name);
  if (!rules) throw notFound({ group: GROUP, resource }, name);
  return rules;
}

function checkHeld(wanted: readonly Rule[], attempt: Attempt, { policy }: EscalationParts): void {
  const { user, object } = attempt;
  const { rules, errors } = policy.boundRules(user, object.metadata.namespace ?? '');
  const missing = uncovered(rules, wanted);
  if (missing.length === 0) return;
  const who = `user ${goQuote(user.name)} (groups=${quotedList(user.groups)})`;
  const message = `${who} is attempting to grant RBAC permissions not currently held:\n${describeParts(missing)}`;
  throw refusal(attempt, errors.length === 0 ? message : `${message}; resolution errors: [${aggregated(errors)}]`);
}

function refusal({ resource, object }: Attempt, why: string): ApiError {
  // Names are made up later upstream.
  const name = isGenerated(object.metadata) ? '' : (object.metadata.name ?? '');
  return forbidden({ group: GROUP, resource }, name, why);
}

interface Place {
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

function isAuthorized(verb: string, place: Place, user: User, { authorizer }: EscalationParts): boolean {
  const resource = { group: GROUP, version: '*', subresource: '', ...place };
  return authorizer.authorize({ user, verb, resource }).allowed;
}

/** Whether only changes what the garbage collector changes: it may touch roles whose rules it does not have. */
function changesCollectionOnly(object: Frozen<KubeObject>, old: Frozen<KubeObject>): boolean {
  return deepEqual(withoutCollection(object), withoutCollection(old));
}

function withoutCollection({ metadata, ...rest }: Frozen<KubeObject>): object {
  const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _managers, ...kept } = metadata;
  return { ...rest, metadata: kept };
}
