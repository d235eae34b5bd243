import { MASTERS } from '../../auth/well-known-users.ts';
import { LIMITS } from '../../kube/limits.ts';
import type { User } from '../../kube/object.ts';
import { type AccessRequest, accessOf } from '../../pipeline/identity.ts';
import type { RequestInfo } from '../../pipeline/request-info.ts';
import type { JournalEntry } from '../journal/journal-entry.ts';

/** One permission that somebody used. */
export interface Use {
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  /** '' for the whole cluster. */
  readonly namespace: string;
  /** Of what is no resource. */
  readonly path: string;
  /** Whose; undefined where it was used without a name, or for too many. */
  names: Set<string> | undefined;
}

/** What one user needed. */
export interface UsesOfUser {
  readonly user: string;
  /** Whether they may do everything anyway. */
  isMaster: boolean;
  /** Whether they sent anything: others are only asked about. */
  hasAsked: boolean;
  readonly allowed: Map<string, Use>;
  readonly refused: Map<string, Use>;
}

const NAMES_MAX = 100;

/**
 * Which permissions users have used: those of their requests, and those that requests needed besides, such as
 * `escalate` for a Role or `create` for an apply.
 */
export class UsedPermissions {
  readonly #users = new Map<string, UsesOfUser>();
  /** Requests that were taken down, by what was decided about them: those for one path share what they ask for. */
  readonly #noted = new WeakMap<UsesOfUser, Record<'allowed' | 'refused', WeakSet<RequestInfo>>>();
  /** What was taken down last: clients ask for one thing again and again. */
  #last: Pick<JournalEntry, 'info' | 'user' | 'sender' | 'decision'> | undefined;
  #count = 0;
  /** Whether there were more permissions than are kept. */
  isFull = false;

  /** Takes down a request that was decided about. Twice is as good as once. */
  note(entry: JournalEntry): void {
    const { info, user, decision, rawQuery, sender } = entry;
    if (!user || !decision || entry.isOwn) return;
    const last = this.#last;
    if (last?.info === info && last.user === user && last.sender === sender && last.decision === decision) return;
    const uses = this.#usesOf(user);
    uses.hasAsked = true;
    if (sender && sender !== user) this.#usesOf(sender).hasAsked = true;
    const outcome = decision.allowed ? 'allowed' : 'refused';
    const noted = this.#notedOf(uses)[outcome];
    if (noted.has(info)) {
      this.#last = { info, user, sender, decision };
      return;
    }
    const query = rawQuery.includes('fieldSelector') ? new URLSearchParams(rawQuery) : undefined;
    // Which name a selector asks for is not in the path.
    if (!query) noted.add(info);
    this.#add(uses[outcome], accessOf(info, user, query));
  }

  /** Takes down what was allowed besides. */
  noteQuestion(question: AccessRequest): void {
    this.#add(this.#usesOf(question.user).allowed, question);
  }

  /** Those who asked for something, in the order of their names. */
  users(): UsesOfUser[] {
    const asked = [...this.#users.values()].filter(({ hasAsked }) => hasAsked);
    return asked.sort((a, b) => (a.user < b.user ? -1 : 1));
  }

  clear(): void {
    this.#users.clear();
    this.#last = undefined;
    this.#count = 0;
    this.isFull = false;
  }

  #notedOf(uses: UsesOfUser): Record<'allowed' | 'refused', WeakSet<RequestInfo>> {
    let noted = this.#noted.get(uses);
    if (!noted) {
      noted = { allowed: new WeakSet(), refused: new WeakSet() };
      this.#noted.set(uses, noted);
    }
    return noted;
  }

  #usesOf({ name, groups }: User): UsesOfUser {
    let uses = this.#users.get(name);
    if (!uses) {
      uses = { user: name, isMaster: false, hasAsked: false, allowed: new Map(), refused: new Map() };
      if (this.#count < LIMITS.recordedPermissions) this.#users.set(name, uses);
      else this.isFull = true;
    }
    if (groups.includes(MASTERS)) uses.isMaster = true;
    return uses;
  }

  #add(uses: Map<string, Use>, { verb, resource, path = '' }: AccessRequest): void {
    const { group = '', namespace = '', name = '' } = resource ?? {};
    const plural = !resource ? '' : resource.subresource === '' ? resource.resource : wholeName(resource);
    // No part of it has a line break: paths and names are what URLs can hold, but for those that nobody serves.
    const key = [verb, group, plural, namespace, path].join('\n');
    const known = uses.get(key);
    if (known) {
      if (name === '' || (known.names?.add(name).size ?? 0) > NAMES_MAX) known.names = undefined;
      return;
    }
    if (this.#count >= LIMITS.recordedPermissions) {
      this.isFull = true;
      return;
    }
    this.#count++;
    const names = name === '' ? undefined : new Set([name]);
    uses.set(key, { verb, group, resource: plural, namespace, path, names });
  }
}

const wholeName = ({ resource, subresource }: NonNullable<AccessRequest['resource']>): string =>
  `${resource}/${subresource}`;
