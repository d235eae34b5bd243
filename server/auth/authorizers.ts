/** Who decides what users may do: kube-apiserver's `--authorization-mode`, a chain in which the first decides. */
import type { User } from '../kube/object.ts';
import type { AccessRequest, Authorizer, Decision } from '../pipeline/identity.ts';
import { aggregated } from './aggregated.ts';
import { NodeAuthorizer } from './node-authorizer.ts';
import { isNode, NODE_ROLE } from './node-identity.ts';
import type { NodeObjects } from './node-paths.ts';
import { type BoundRules, RbacAuthorizer, type RuleResolver, type RulesOfUser } from './rbac.ts';
import type { PolicySource } from './rbac-policy.ts';
import type { Rule } from './rbac-rules.ts';
import { MASTERS } from './well-known-users.ts';

export const AUTHORIZATION_MODES = ['Node', 'RBAC', 'Webhook', 'AlwaysAllow', 'AlwaysDeny'] as const;
export type AuthorizationMode = (typeof AUTHORIZATION_MODES)[number];

/** What a cluster is authorized by unless it says otherwise: as clusters of kubeadm are. */
export const DEFAULT_MODES: readonly AuthorizationMode[] = ['Node', 'RBAC'];

const ALLOWED: Decision = { allowed: true, reason: '' };
const FORBIDDEN: Decision = { allowed: false, reason: 'Everything is forbidden.' };

const EVERYTHING: readonly Rule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** One of the chain, under the name that tells its reasons. */
export interface NamedAuthorizer {
  readonly name: string;
  readonly mode: AuthorizationMode;
  /** For the mode Webhook: who asks the webhook. */
  readonly webhook?: Authorizer;
}

/** What `--authorization-mode` makes of a mode. */
export const namedMode = (mode: AuthorizationMode): NamedAuthorizer => ({ name: mode.toLowerCase(), mode });

export interface AuthorizersParts {
  /** In the order in which they are asked. */
  readonly chain: readonly NamedAuthorizer[];
  readonly policy: PolicySource;
  readonly objects: NodeObjects;
}

/**
 * @example
 * const chain = ['Node', 'RBAC'].map(namedMode);
 * const authorizers = new Authorizers({ chain, policy: storage, objects: storedObjects(storage) });
 */
export class Authorizers implements Authorizer, RuleResolver, BoundRules {
  readonly #rbac: RbacAuthorizer;
  readonly #chain: readonly (NamedAuthorizer & { readonly authorizer: Authorizer })[];

  constructor({ chain, policy, objects }: AuthorizersParts) {
    // Roles are checked against what their writer holds by bindings, whoever authorizes.
    const rbac = new RbacAuthorizer(policy);
    this.#rbac = rbac;
    const byMode: Readonly<Record<Exclude<AuthorizationMode, 'Webhook'>, Authorizer>> = {
      Node: new NodeAuthorizer(objects, () => rbac.rulesOfRole('', NODE_ROLE) ?? []),
      RBAC: rbac,
      AlwaysAllow: { authorize: () => ALLOWED },
      AlwaysDeny: { authorize: () => FORBIDDEN },
    };
    this.#chain = chain.map((link) => {
      const authorizer = link.mode === 'Webhook' ? link.webhook : byMode[link.mode];
      if (!authorizer) throw new Error(`the authorizer ${link.name} has no webhook`);
      return { ...link, authorizer };
    });
  }

  /** Ends the watches of roles and bindings. */
  close(): void {
    this.#rbac.close();
  }

  authorize(request: AccessRequest): Decision {
    // First in every chain of upstream: whoever is in this group may do everything.
    if (request.user.groups.includes(MASTERS)) return ALLOWED;
    let reasons = '';
    const errors: string[] = [];
    for (const { name, authorizer } of this.#chain) {
      const decision = authorizer.authorize(request);
      if (decision.allowed || decision.denied) return decision;
      if (decision.error !== undefined) errors.push(decision.error);
      if (decision.reason === '') continue;
      reasons += `${reasons === '' ? '' : '\n'}${name}: ${decision.reason}`;
    }
    return { allowed: false, reason: reasons, ...(errors.length > 0 && { error: aggregated(errors) }) };
  }

  rulesFor(user: User, namespace: string): RulesOfUser {
    const rules: Rule[] = [];
    const errors: string[] = [];
    let incomplete = false;
    for (const { mode } of this.#chain) {
      if (mode === 'AlwaysAllow') rules.push(...EVERYTHING);
      if (mode === 'Node' && isNode(user)) {
        incomplete = true;
        errors.push('node authorizer does not support user rule resolution');
      }
      if (mode === 'Webhook') {
        incomplete = true;
        errors.push('webhook authorizer does not support user rule resolution');
      }
      if (mode === 'RBAC') {
        const bound = this.#rbac.boundRules(user, namespace);
        rules.push(...bound.rules);
        errors.push(...bound.errors);
      }
    }
    return { rules, incomplete, errors };
  }

  boundRules(user: User, namespace: string): RulesOfUser {
    return this.#rbac.boundRules(user, namespace);
  }

  rulesOfRole(namespace: string, name: string): readonly Rule[] | undefined {
    return this.#rbac.rulesOfRole(namespace, name);
  }
}

/** @throws Error that says what is wrong and what there is */
export function checkModes(modes: readonly string[]): void {
  if (modes.length === 0) throw new Error('at least one mode has to be given');
  const known = AUTHORIZATION_MODES.join(', ');
  for (const [i, mode] of modes.entries()) {
    if (!AUTHORIZATION_MODES.some((other) => other === mode))
      throw new Error(`${JSON.stringify(mode)} is no mode; there are ${known}`);
    if (modes.indexOf(mode) < i) throw new Error(`${mode} is given twice`);
  }
}
