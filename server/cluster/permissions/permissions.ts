/** Which permissions users have used, and who is held to them. */
import { ruleTest } from '../../auth/rbac-rules.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { AccessRequest, Authorizer, Decision } from '../../pipeline/identity.ts';
import type { ClusterJournal } from '../journal/journal.ts';
import { EnforcedAuthorizer, EVERYBODY_ROLES, type FullAuthorizer } from './enforced-authorizer.ts';
import { rulesOf, type ScopedRule } from './recorded-rules.ts';
import { roleObjects } from './role-objects.ts';
import { type Use, UsedPermissions, type UsesOfUser } from './used-permissions.ts';

/** What a user has used, and what they were refused. */
export interface Identity {
  readonly user: string;
  readonly rules: readonly ScopedRule[];
  /** What they asked for in vain. */
  readonly refused?: readonly ScopedRule[];
}

export interface IdentityOptions {
  /** Whether rules name the objects. */
  readonly names?: boolean;
  /** Whether what was refused is a rule as well. */
  readonly refused?: boolean;
}

/** Whom `enforce` holds to what. */
export interface Enforcement {
  readonly identities: readonly Identity[];
  /** Those whom nothing holds back, members of system:masters. */
  readonly skipped: readonly string[];
}

/**
 * @example
 * const permissions = new Permissions(authorizers);
 * permissions.follow(cluster.journal);
 * permissions.enforce(permissions.identities());
 */
export class Permissions {
  /** Decides about requests. */
  readonly enforced: EnforcedAuthorizer;
  /** The same for what requests need besides, which it takes down. */
  readonly besides: Authorizer;
  readonly #used = new UsedPermissions();
  #journal: ClusterJournal | undefined;

  constructor(authorizer: FullAuthorizer) {
    this.enforced = new EnforcedAuthorizer(authorizer);
    this.besides = {
      authorize: (question: AccessRequest): Decision => {
        const decision = this.enforced.authorize(question);
        if (decision.allowed) this.#used.noteQuestion(question);
        return decision;
      },
    };
  }

  /** Requests are read when somebody asks, or when the journal forgets them. */
  follow(journal: ClusterJournal): void {
    this.#journal = journal;
    journal.onForget = (entry) => this.#used.note(entry);
  }

  /** Everybody who has asked for something. */
  identities(options: IdentityOptions = {}): Identity[] {
    return this.#users().map((uses) => this.#identityOf(uses, options));
  }

  /** One of them; undefined for somebody who has not. */
  identity(user: string, options: IdentityOptions = {}): Identity | undefined {
    const uses = this.#users().find((candidate) => candidate.user === user);
    return uses && this.#identityOf(uses, options);
  }

  /** Whether there were more than are kept, so that rules are missing. */
  get isFull(): boolean {
    return this.#used.isFull;
  }

  /** Roles and bindings for what they have used. */
  objects(identities: readonly Identity[]): KubeObject[] {
    return identities.flatMap(({ user, rules }) => roleObjects(user, rules));
  }

  /** Holds users to these rules from now on, and all others to none. */
  enforce(identities: readonly Identity[]): Enforcement {
    const masters = new Set(this.#users().flatMap(({ user, isMaster }) => (isMaster ? [user] : [])));
    const held = identities.filter(({ user }) => !masters.has(user));
    this.enforced.rules = new Map(held.map(({ user, rules }) => [user, rules]));
    return { identities: held, skipped: identities.flatMap(({ user }) => (masters.has(user) ? [user] : [])) };
  }

  /** Whom the last `enforce` holds to what. */
  enforcement(): Identity[] {
    return [...this.enforced.rules].map(([user, rules]) => ({ user, rules }));
  }

  /** Leaves everything to the cluster again. */
  release(): void {
    this.enforced.rules = new Map();
  }

  /** Forgets what was used so far. */
  forget(): void {
    this.#journal?.clear();
    this.#used.clear();
  }

  #users(): UsesOfUser[] {
    for (const entry of this.#journal?.after(0) ?? []) this.#used.note(entry);
    return this.#used.users();
  }

  #identityOf(
    { user, allowed, refused }: UsesOfUser,
    { names = false, refused: wants = false }: IdentityOptions,
  ): Identity {
    const own = [...allowed.values()].filter((use) => !this.#isEverybodys(use));
    const vain = [...refused].flatMap(([key, use]) => (allowed.has(key) ? [] : [use]));
    const rules = rulesOf(wants ? [...own, ...vain] : own, names);
    return { user, rules, ...(vain.length > 0 && !wants && { refused: rulesOf(vain, names) }) };
  }

  /** Discovery and the like need no role of one's own. */
  #isEverybodys({ verb, group, resource: whole, namespace, path }: Use): boolean {
    const [resource = '', subresource = ''] = whole.split('/');
    const about = { group, version: '*', resource, subresource, namespace, name: '' };
    const user = { name: '', groups: [] };
    const allows = ruleTest(path === '' ? { user, verb, resource: about } : { user, verb, path });
    return EVERYBODY_ROLES.some((role) => this.enforced.rulesOfRole('', role)?.some(allows));
  }
}
