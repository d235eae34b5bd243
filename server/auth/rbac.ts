/**
 * Role-based access control: plugin/pkg/auth/authorizer/rbac. Decisions are remembered until a role or a binding
 * changes, because nearly every request asks what another one asked before.
 */
import type { User } from '../kube/object.ts';
import type { AccessRequest, Authorizer, Decision } from '../pipeline/identity.ts';
import { aggregated } from './aggregated.ts';
import { allowedBy, subjectKeys } from './rbac-bindings.ts';
import { Grants } from './rbac-grants.ts';
import { type Grant, type PolicySource, RbacPolicy } from './rbac-policy.ts';
import { allowsName, type Rule, ruleTest } from './rbac-rules.ts';

/** What somebody may do in a namespace: the answer to a rules review. */
export interface RulesOfUser {
  readonly rules: readonly Rule[];
  /** Whether there may be permissions besides `rules`. */
  readonly incomplete: boolean;
  /** Why rules are missing. */
  readonly errors: readonly string[];
}

/** Answers rules reviews. */
export interface RuleResolver {
  rulesFor(user: User, namespace: string): RulesOfUser;
}

/** What roles and bindings say, whoever else decides besides. */
export interface BoundRules {
  /** What bindings give to somebody in a namespace. */
  boundRules(user: User, namespace: string): RulesOfUser;
  /** The rules of a role, or of a cluster role for the namespace ''; undefined where there is none. */
  rulesOfRole(namespace: string, name: string): readonly Rule[] | undefined;
}

/** What is known of one user, until some role or binding changes. */
interface Known {
  readonly keys: ReadonlySet<string>;
  /** By namespace; what holds in the whole cluster comes first in each. */
  readonly grants: Map<string, Grants>;
  readonly decisions: Map<string, Decision | typeof BY_NAME>;
}

/** In place of a decision: it is another one for each name of an object. */
const BY_NAME = Symbol('by name');

/** Bounds of what is remembered. Who exceeds them pays with a fresh start. */
const MAX_USERS = 1000;
const MAX_DECISIONS = 4000;

/**
 * @example
 * const authorizer = new RbacAuthorizer(storage);
 * authorizer.authorize({ user, verb: 'get', path: '/healthz' }).allowed
 */
export class RbacAuthorizer implements Authorizer, BoundRules {
  readonly #policy: RbacPolicy;
  #known = new Map<string, Known>();
  /** The same by identity: authentication hands out one object for each token and connection. */
  #knownObjects = new WeakMap<User, Known>();

  constructor(source: PolicySource) {
    this.#policy = new RbacPolicy(source, () => this.#forget());
  }

  /** Ends the watches of roles and bindings. */
  close(): void {
    this.#policy.close();
  }

  authorize(request: AccessRequest): Decision {
    const { user, resource } = request;
    const known = this.#knownOf(user);
    const key = keyOf(request);
    const remembered = known.decisions.get(key);
    if (remembered === undefined) return this.#decide(known, key, request);
    if (remembered !== BY_NAME) return remembered;
    const named = `${key} ${resource?.name ?? ''}`;
    return (known.decisions.get(named) as Decision | undefined) ?? this.#decide(known, key, request);
  }

  boundRules(user: User, namespace: string): RulesOfUser {
    const { all, problems } = this.#grantsOf(this.#knownOf(user), namespace);
    return { rules: all.flatMap(({ rules }) => rules), incomplete: false, errors: problems };
  }

  rulesOfRole(namespace: string, name: string): readonly Rule[] | undefined {
    return this.#policy.role(namespace, name);
  }

  #forget(): void {
    this.#known = new Map();
    this.#knownObjects = new WeakMap();
  }

  #knownOf(user: User): Known {
    let known = this.#knownObjects.get(user);
    if (known) return known;
    const text = JSON.stringify([user.name, ...user.groups]);
    known = this.#known.get(text);
    if (!known) {
      if (this.#known.size >= MAX_USERS) this.#forget();
      known = { keys: subjectKeys(user), grants: new Map(), decisions: new Map() };
      this.#known.set(text, known);
    }
    this.#knownObjects.set(user, known);
    return known;
  }

  #grantsOf(known: Known, namespace: string): Grants {
    let grants = known.grants.get(namespace);
    if (!grants) {
      const everywhere = this.#policy.grants('', known.keys);
      grants = new Grants(
        namespace === '' ? everywhere : [...everywhere, ...this.#policy.grants(namespace, known.keys)],
      );
      known.grants.set(namespace, grants);
    }
    return grants;
  }

  #decide(known: Known, key: string, request: AccessRequest): Decision {
    if (known.decisions.size >= MAX_DECISIONS) known.decisions.clear();
    const { resource } = request;
    const allows = ruleTest(request);
    const grants = this.#grantsOf(known, resource?.namespace ?? '');
    // Rules without names first: their decision holds for every name. Which of several rules gives the reason is
    // arbitrary upstream too.
    let byName = false;
    const given = grants.about(request);
    for (const { grant, rule } of given) {
      if (!allows(rule)) continue;
      if (!resource || !rule.resourceNames?.length) return remember(known, key, permission(grant, known.keys));
      byName = true;
    }
    if (!byName || !resource) return remember(known, key, denial(grants));
    known.decisions.set(key, BY_NAME);
    const found = given.find(({ rule }) => allows(rule) && allowsName(rule, resource.name));
    const decision = found ? permission(found.grant, known.keys) : denial(grants);
    return remember(known, `${key} ${resource.name}`, decision);
  }
}

function permission({ binding }: Grant, keys: ReadonlySet<string>): Decision {
  return { allowed: true, reason: allowedBy(binding, keys) };
}

function remember(known: Known, key: string, decision: Decision): Decision {
  known.decisions.set(key, decision);
  return decision;
}

/** Everything that a decision depends on but the name. Lengths keep texts apart that the client may choose freely. */
function keyOf({ verb, resource, path = '' }: AccessRequest): string {
  if (!resource) return `${verb.length} ${verb}${path}`;
  const { namespace, group, resource: plural, subresource } = resource;
  const lengths = `${verb.length},${namespace.length},${group.length},${plural.length},${subresource.length}`;
  return `${lengths} ${verb}${namespace}${group}${plural}${subresource}`;
}

/** Nothing allows it. Bindings to roles that do not exist are told: they may be the cause. */
function denial({ problems }: Grants): Decision {
  return { allowed: false, reason: problems.length === 0 ? '' : `RBAC: ${aggregated(problems)}` };
}
