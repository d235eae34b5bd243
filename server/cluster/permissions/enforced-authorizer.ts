import type { BoundRules, RuleResolver, RulesOfUser } from '../../auth/rbac.ts';
import { allowsName, type Rule, ruleTest } from '../../auth/rbac-rules.ts';
import { MASTERS } from '../../auth/well-known-users.ts';
import type { User } from '../../kube/object.ts';
import type { AccessRequest, Authorizer, Decision } from '../../pipeline/identity.ts';
import type { ScopedRule } from './recorded-rules.ts';

export type FullAuthorizer = Authorizer & RuleResolver & BoundRules;

/** What every user who is known may do in every cluster (bindings to `system:authenticated`). */
export const EVERYBODY_ROLES = ['system:basic-user', 'system:discovery', 'system:public-info-viewer'] as const;

const ALLOWED: Decision = { allowed: true, reason: 'fauxkube: among the enforced permissions' };
/** RBAC gives no reason either. */
const REFUSED: Decision = { allowed: false, reason: '' };

/** In front of the authorizers of a cluster: whoever has rules here is allowed these, whatever the cluster says. */
export class EnforcedAuthorizer implements FullAuthorizer {
  readonly #inner: FullAuthorizer;
  #rules: ReadonlyMap<string, readonly ScopedRule[]> = new Map();

  constructor(inner: FullAuthorizer) {
    this.#inner = inner;
  }

  /** By the names of users. None at all leaves everything to the cluster. */
  get rules(): ReadonlyMap<string, readonly ScopedRule[]> {
    return this.#rules;
  }

  set rules(rules: ReadonlyMap<string, readonly ScopedRule[]>) {
    this.#rules = rules;
  }

  authorize(request: AccessRequest): Decision {
    const rules = this.#rules.size === 0 ? undefined : this.#rulesOf(request.user);
    if (!rules) return this.#inner.authorize(request);
    const { resource } = request;
    const allows = ruleTest(request);
    const fits = (rule: Rule): boolean => allows(rule) && (!resource || allowsName(rule, resource.name));
    const isAllowed = this.#held(rules, resource?.namespace ?? '').some(fits);
    return isAllowed ? ALLOWED : REFUSED;
  }

  rulesFor(user: User, namespace: string): RulesOfUser {
    const rules = this.#rulesOf(user);
    if (!rules) return this.#inner.rulesFor(user, namespace);
    return { rules: this.#held(rules, namespace), incomplete: false, errors: [] };
  }

  boundRules(user: User, namespace: string): RulesOfUser {
    const rules = this.#rulesOf(user);
    if (!rules) return this.#inner.boundRules(user, namespace);
    return { rules: this.#held(rules, namespace), incomplete: false, errors: [] };
  }

  rulesOfRole(namespace: string, name: string): readonly Rule[] | undefined {
    return this.#inner.rulesOfRole(namespace, name);
  }

  /** Members of system:masters are held back by nothing, as upstream. */
  #rulesOf({ name, groups }: User): readonly ScopedRule[] | undefined {
    return groups.includes(MASTERS) ? undefined : this.#rules.get(name);
  }

  #held(rules: readonly ScopedRule[], namespace: string): Rule[] {
    const own = rules.filter((rule) => rule.namespace === undefined || rule.namespace === namespace);
    return [...own.map(withVerbs), ...EVERYBODY_ROLES.flatMap((role) => this.rulesOfRole('', role) ?? [])];
  }
}

const withVerbs = ({ namespace: _namespace, ...rule }: ScopedRule): Rule => rule;
