/** Roles and bindings as they are stored, kept current by watching: what RBAC decides by. */
import type { Cancel } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import { goQuote } from '../kube/go-quote.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Role, RoleBinding } from '../kube/types.gen.ts';
import type { Storage, StoredEvent } from '../storage/storage.ts';
import { type Binding, BindingIndex, bindingOf } from './rbac-bindings.ts';
import type { Rule } from './rbac-rules.ts';

/** Where policy objects are read from and followed. */
export type PolicySource = Pick<Storage, 'list' | 'watch'>;

const GROUP = 'rbac.authorization.k8s.io';

/** What a binding gives: the rules of its role, or the reason why there are none. */
export interface Grant {
  readonly binding: Binding;
  readonly rules: readonly Rule[];
  readonly missing?: string;
}

const NO_RULES: readonly Rule[] = [];

export class RbacPolicy {
  readonly #bindings = new BindingIndex();
  /** By `namespace/name`; cluster roles have the namespace ''. */
  readonly #roles = new Map<string, readonly Rule[]>();
  readonly #watches: Cancel[];
  readonly #changed: () => void;

  /** @param changed is called after every change, before anyone can be told of it */
  constructor(source: PolicySource, changed: () => void) {
    this.#changed = changed;
    const role = (object: Frozen<KubeObject>, exists: boolean): void => this.#placeRole(object, exists);
    const binding = (object: Frozen<KubeObject>, exists: boolean): void => this.#placeBinding(object, exists);
    this.#watches = [
      this.#follow(source, 'roles', role),
      this.#follow(source, 'clusterroles', role),
      this.#follow(source, 'rolebindings', binding),
      this.#follow(source, 'clusterrolebindings', binding),
    ];
  }

  /** Ends the watches. */
  close(): void {
    for (const cancel of this.#watches) cancel();
  }

  /** What the bindings of a namespace (or of the cluster, for '') give to whoever has one of `keys`. */
  grants(namespace: string, keys: ReadonlySet<string>): Grant[] {
    return this.#bindings.of(namespace, keys).map((binding) => this.#grantOf(binding));
  }

  /** The rules of a role, or of a cluster role for the namespace ''; undefined where there is none. */
  role(namespace: string, name: string): readonly Rule[] | undefined {
    return this.#roles.get(`${namespace}/${name}`);
  }

  #grantOf(binding: Binding): Grant {
    const { kind, name } = binding.roleRef;
    if (kind !== 'Role' && kind !== 'ClusterRole') {
      return { binding, rules: NO_RULES, missing: `unsupported role reference kind: ${goQuote(kind)}` };
    }
    const rules = this.#roles.get(`${kind === 'Role' ? binding.namespace : ''}/${name}`);
    if (rules) return { binding, rules };
    return { binding, rules: NO_RULES, missing: `${kind.toLowerCase()}.${GROUP} ${goQuote(name)} not found` };
  }

  #follow(source: PolicySource, plural: string, place: (object: Frozen<KubeObject>, exists: boolean) => void): Cancel {
    const prefix = `${plural}.${GROUP}/`;
    const { items, revision } = source.list(prefix);
    for (const { value } of items) place(value, true);
    return source.watch(
      prefix,
      { after: revision, lasting: true },
      {
        events: (batch: readonly StoredEvent[]) => {
          for (const { type, now } of batch) place(now.value, type !== 'deleted');
          this.#changed();
        },
        end: () => undefined,
      },
    );
  }

  #placeRole(object: Frozen<KubeObject>, exists: boolean): void {
    const { metadata, rules } = object as unknown as Frozen<Role>;
    const key = `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
    if (exists) this.#roles.set(key, rules ?? NO_RULES);
    else this.#roles.delete(key);
  }

  #placeBinding(object: Frozen<KubeObject>, exists: boolean): void {
    const binding = bindingOf(object as unknown as Frozen<RoleBinding>);
    if (exists) this.#bindings.set(binding);
    else this.#bindings.delete(binding.namespace, binding.name);
  }
}
