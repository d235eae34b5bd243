/** Role bindings by the users, groups and service accounts that they name. */
import type { Frozen } from '../base/freeze.ts';
import { goQuote } from '../kube/go-quote.ts';
import type { User } from '../kube/object.ts';
import type { RoleBinding, RoleRef } from '../kube/types.gen.ts';
import { serviceAccountUserName } from './service-account-names.ts';

interface Subject {
  /** What a user has to have to be this subject. */
  readonly key: string;
  /** How reasons name it: `User "jane"`. */
  readonly text: string;
}

/** A RoleBinding, or a ClusterRoleBinding (which has the namespace ''). */
export interface Binding {
  readonly namespace: string;
  readonly name: string;
  readonly roleRef: Frozen<RoleRef>;
  readonly subjects: readonly Subject[];
}

const userKey = (name: string): string => `user ${name}`;
const groupKey = (name: string): string => `group ${name}`;

/** Every key that a user has. A service account is a user with the name that stands for it. */
export function subjectKeys({ name, groups }: User): Set<string> {
  return new Set([userKey(name), ...groups.map(groupKey)]);
}

/** Reads what a stored binding says. Subjects of unknown kinds are nobody. */
export function bindingOf({ metadata, subjects, roleRef }: Frozen<RoleBinding>): Binding {
  const { namespace = '', name = '' } = metadata;
  const known: Subject[] = [];
  for (const subject of subjects ?? []) {
    const text = (shown: string): string => `${subject.kind} ${goQuote(shown)}`;
    if (subject.kind === 'User') known.push({ key: userKey(subject.name), text: text(subject.name) });
    else if (subject.kind === 'Group') known.push({ key: groupKey(subject.name), text: text(subject.name) });
    else if (subject.kind === 'ServiceAccount') {
      // A RoleBinding may leave the namespace out: it is its own then.
      const accountNamespace = subject.namespace || namespace;
      if (accountNamespace === '') continue;
      const userName = serviceAccountUserName({ namespace: accountNamespace, name: subject.name });
      known.push({ key: userKey(userName), text: text(`${subject.name}/${accountNamespace}`) });
    }
  }
  return { namespace, name, roleRef, subjects: known };
}

/**
 * Why a binding allows something, in upstream's words.
 *
 * @example
 * // RBAC: allowed by RoleBinding "readers/default" of Role "reader" to User "jane"
 */
export function allowedBy({ namespace, name, roleRef, subjects }: Binding, keys: ReadonlySet<string>): string {
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding';
  const shown = goQuote(namespace === '' ? name : `${name}/${namespace}`);
  const subject = subjects.find(({ key }) => keys.has(key));
  return `RBAC: allowed by ${kind} ${shown} of ${roleRef.kind} ${goQuote(roleRef.name)} to ${subject?.text ?? ''}`;
}

/** Finds the bindings that concern a user without looking at the others. */
export class BindingIndex {
  /** By namespace, then by subject, then by name. */
  readonly #bySubject = new Map<string, Map<string, Map<string, Binding>>>();
  readonly #all = new Map<string, Binding>();

  set(binding: Binding): void {
    this.delete(binding.namespace, binding.name);
    this.#all.set(`${binding.namespace}/${binding.name}`, binding);
    const subjects = this.#bySubject.get(binding.namespace) ?? new Map<string, Map<string, Binding>>();
    this.#bySubject.set(binding.namespace, subjects);
    for (const { key } of binding.subjects) {
      const bindings = subjects.get(key) ?? new Map<string, Binding>();
      subjects.set(key, bindings);
      bindings.set(binding.name, binding);
    }
  }

  delete(namespace: string, name: string): void {
    const binding = this.#all.get(`${namespace}/${name}`);
    if (!binding) return;
    this.#all.delete(`${namespace}/${name}`);
    const subjects = this.#bySubject.get(namespace);
    for (const { key } of binding.subjects) {
      const bindings = subjects?.get(key);
      bindings?.delete(name);
      if (bindings?.size === 0) subjects?.delete(key);
    }
    if (subjects?.size === 0) this.#bySubject.delete(namespace);
  }

  /** The bindings of a namespace (or of the cluster, for '') that name one of `keys`, by name. */
  of(namespace: string, keys: ReadonlySet<string>): Binding[] {
    const subjects = this.#bySubject.get(namespace);
    if (!subjects) return [];
    const found = new Set<Binding>();
    for (const key of keys) for (const binding of subjects.get(key)?.values() ?? []) found.add(binding);
    return [...found].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
