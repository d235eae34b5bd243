/**
 * Who may impersonate whom: k8s.io/apiserver/pkg/endpoints/filters/impersonation/mode.go. Besides the verb
 * `impersonate`, which is good for everything, there are constrained modes: they need a permission for the kind of user
 * and another one for what is done as that user. Upstream also remembers positive answers for ten seconds; here each
 * request asks anew.
 */
import { nodeOf } from '../../auth/node-identity.ts';
import { serviceAccountGroups, serviceAccountOf } from '../../auth/service-account-names.ts';
import { ANONYMOUS, AUTHENTICATED, MASTERS, NODES, UNAUTHENTICATED } from '../../auth/well-known-users.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { User } from '../../kube/object.ts';
import type { AccessRequest, Authorizer } from '../identity.ts';
import { denial } from './authorize.ts';
import { extraProblem, holdsManyValues } from './impersonated-extra.ts';

/** Who somebody wants to be, as the headers say it. */
export interface WantedUser {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

interface Mode {
  /** Part of the verbs that the mode asks for; '' is the old mode with the one verb `impersonate`. */
  readonly name: string;
  fits(wanted: WantedUser, requestor: User): boolean;
}

const onlyName = ({ uid, groups, extra }: WantedUser): boolean => uid === '' && groups.length === 0 && extra.size === 0;

/** In the order in which they are tried. */
const MODES: readonly Mode[] = [
  {
    name: 'associated-node',
    fits(wanted, requestor) {
      const node = nodeOf(wanted.name);
      if (node === undefined || !onlyName(wanted) || !serviceAccountOf(requestor.name)) return false;
      const [own, ...more] = requestor.extra?.['authentication.kubernetes.io/node-name'] ?? [];
      return own === node && more.length === 0;
    },
  },
  { name: 'arbitrary-node', fits: (wanted) => onlyName(wanted) && nodeOf(wanted.name) !== undefined },
  { name: 'serviceaccount', fits: (wanted) => onlyName(wanted) && serviceAccountOf(wanted.name) !== undefined },
  { name: 'user-info', fits: ({ name }) => nodeOf(name) === undefined && serviceAccountOf(name) === undefined },
  { name: '', fits: () => true },
];

/** The gate ConstrainedImpersonation is off in 1.35, where it came; before, there is the old mode alone. */
const CONSTRAINED_SINCE = 36;

const MAX_REMEMBERED = 10_000;
/** From so many values on, upstream first asks whether all values are allowed. */
const MANY = 4;

/** Decides for one cluster. Remembers which mode last worked for a user, and tries that one first, as upstream does. */
export class Impersonation {
  readonly #authorizer: Authorizer;
  readonly #modes: readonly Mode[];
  readonly #lastMode = new Map<string, Mode>();

  /** @param minor of the version of Kubernetes: 37 */
  constructor(authorizer: Authorizer, minor: number) {
    this.#authorizer = authorizer;
    this.#modes = minor < CONSTRAINED_SINCE ? MODES.slice(-1) : MODES;
  }

  /**
   * @param question what the request wants to do, asked by who really sends it
   * @returns the user that the request acts as
   * @throws ApiError 403 with what the first mode lacks
   */
  impersonated(wanted: WantedUser, question: AccessRequest): User {
    const requestor = question.user;
    const last = this.#lastMode.get(requestor.name);
    let first: ApiError | undefined;
    for (const mode of last ? [last, ...this.#modes.filter((other) => other !== last)] : this.#modes) {
      if (!mode.fits(wanted, requestor)) continue;
      try {
        const user = new Attempt(this.#authorizer, mode.name, requestor).run(wanted, question);
        if (mode !== last) this.#remember(requestor.name, mode);
        return user;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        first ??= error;
      }
    }
    throw first ?? new Error('the last mode fits everybody');
  }

  #remember(name: string, mode: Mode): void {
    const [oldest] = this.#lastMode.keys();
    if (this.#lastMode.size >= MAX_REMEMBERED && oldest !== undefined) this.#lastMode.delete(oldest);
    this.#lastMode.set(name, mode);
  }
}

/** One mode tried for one request. Every method throws the 403 of the first thing that is not allowed. */
class Attempt {
  readonly #authorizer: Authorizer;
  readonly #mode: string;
  readonly #requestor: User;

  constructor(authorizer: Authorizer, mode: string, requestor: User) {
    this.#authorizer = authorizer;
    this.#mode = mode;
    this.#requestor = requestor;
  }

  run(wanted: WantedUser, question: AccessRequest): User {
    if (this.#mode !== '') this.#require({ ...question, verb: `impersonate-on:${this.#mode}:${question.verb}` });
    const groups = this.#checkName(wanted);
    if (wanted.uid !== '') this.#require(this.#question('authentication.k8s.io', 'uids', wanted.uid));
    this.#checkGroups(wanted.groups);
    this.#checkExtra(wanted.extra);
    return userOf(wanted, groups);
  }

  /** @returns the groups that the name stands for, or those that the request names */
  #checkName({ name, groups }: WantedUser): readonly string[] {
    const account = serviceAccountOf(name);
    if (account) {
      this.#require(this.#question('', 'serviceaccounts', account.name, { namespace: account.namespace }));
      return groups.length === 0 ? serviceAccountGroups(account.namespace) : groups;
    }
    const node = this.#mode === '' ? undefined : nodeOf(name);
    if (node !== undefined) {
      // The rule has to cover every node: upstream does not tell nodes apart in this mode.
      this.#require(this.#question('', 'nodes', this.#mode === 'associated-node' ? '*' : node));
      return [NODES];
    }
    this.#require(this.#question('', 'users', name));
    return groups;
  }

  #checkGroups(groups: readonly string[]): void {
    const question = (name: string): AccessRequest => this.#question('', 'groups', name);
    if (this.#mode !== '') {
      if (groups.includes('')) throw denial(question(''), 'impersonating the empty string group is not allowed');
      if (groups.includes(MASTERS)) {
        throw denial(question(MASTERS), 'impersonating the system:masters group is not allowed');
      }
      if (groups.length >= MANY && this.#allows(question('*'))) return;
    }
    for (const group of groups) this.#require(question(group));
  }

  #checkExtra(extra: WantedUser['extra']): void {
    const question = (subresource: string, name: string): AccessRequest =>
      this.#question('authentication.k8s.io', 'userextras', name, { subresource });
    if (this.#mode !== '') {
      const problem = extraProblem(extra);
      if (problem !== undefined) throw denial(question('', ''), problem);
      if (holdsManyValues(extra, MANY) && this.#allows(question('*', '*'))) return;
    }
    for (const [key, values] of extra) for (const value of values) this.#require(question(key, value));
  }

  /** Names and groups belong to the core group in the old mode, to authentication.k8s.io in the others. */
  #question(
    group: string,
    resource: string,
    name: string,
    part: { namespace?: string; subresource?: string } = {},
  ): AccessRequest {
    const verb = this.#mode === '' ? 'impersonate' : `impersonate:${this.#mode}`;
    const asked = this.#mode === '' ? group : 'authentication.k8s.io';
    const { namespace = '', subresource = '' } = part;
    return {
      user: this.#requestor,
      verb,
      resource: { group: asked, version: 'v1', resource, subresource, namespace, name },
    };
  }

  #allows(question: AccessRequest): boolean {
    return this.#authorizer.authorize(question).allowed;
  }

  #require(question: AccessRequest): void {
    const { allowed, reason, error } = this.#authorizer.authorize(question);
    if (!allowed) throw denial(question, [error ?? '', reason].filter((text) => text !== '').join(': '));
  }
}

/** Everybody is either authenticated or not: the group that says so is added where it is missing. */
function userOf({ name, uid, extra }: WantedUser, groups: readonly string[]): User {
  const wanted = name === ANONYMOUS || groups.includes(UNAUTHENTICATED) ? UNAUTHENTICATED : AUTHENTICATED;
  return {
    name,
    ...(uid !== '' && { uid }),
    groups: groups.includes(wanted) ? groups : [...groups, wanted],
    ...(extra.size > 0 && { extra: Object.fromEntries(extra) }),
  };
}
