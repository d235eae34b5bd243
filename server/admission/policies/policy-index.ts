/** The policies that are bound, ready to be asked: kept current by watching, so that having none costs nothing. */
import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { MatchResources, ParamKind, ParamRef } from '../../kube/types.gen.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Subject } from '../webhooks/subject.ts';
import { type Constraints, constraintsOf } from './matching.ts';

/** What policies of both kinds have. */
export interface AnyPolicy {
  metadata: { name?: string; uid?: string; generation?: number };
  spec: { matchConstraints?: MatchResources; paramKind?: ParamKind; failurePolicy?: string };
}

/** What bindings of both kinds have. */
export interface AnyBinding {
  metadata: { name?: string };
  spec: { policyName?: string; paramRef?: ParamRef; matchResources?: MatchResources };
}

export interface Binding<B> {
  readonly name: string;
  readonly spec: B;
  readonly constraints: Constraints | undefined;
}

/** A policy with its bindings. */
export interface Hook<P, B, C> {
  readonly name: string;
  readonly policy: P;
  readonly constraints: Constraints;
  readonly bindings: readonly Binding<B>[];
  /** Its expressions. They are compiled when they are first needed. */
  compiled(): C;
}

interface Sources<P, C> {
  /** Plurals below admissionregistration.k8s.io. */
  readonly policies: string;
  readonly bindings: string;
  compile(policy: P): C;
}

export class PolicyIndex<P extends Frozen<AnyPolicy>, B extends Frozen<AnyBinding>, C> {
  readonly #sources: Sources<P, C>;
  readonly #policies: ReadonlyMap<string, P>;
  readonly #bindings: ReadonlyMap<string, B>;
  /** By the policy's name: expressions stay as they are until the generation changes. */
  readonly #compiled = new Map<string, { readonly of: string; readonly compiled: C }>();
  #hooks: readonly Hook<P, B['spec'], C>[] | undefined;
  #concerned = new Map<string, readonly Hook<P, B['spec'], C>[]>();

  constructor(storage: Pick<Storage, 'list' | 'watch'>, sources: Sources<P, C>) {
    this.#sources = sources;
    const forget = (): void => {
      this.#hooks = undefined;
      this.#concerned = new Map();
    };
    this.#policies = follow<P>(storage, sources.policies, forget);
    this.#bindings = follow<B>(storage, sources.bindings, forget);
  }

  /** Whether no policy is bound. */
  get isEmpty(): boolean {
    return this.#all().length === 0;
  }

  /** The policies whose rules name the resource of a write and what happens to it, by name. */
  concernedBy({ review: { operation }, asked, subresource }: Subject): readonly Hook<P, B['spec'], C>[] {
    const { resource } = asked.info;
    const key = `${operation} ${resource}/${subresource}`;
    let hooks = this.#concerned.get(key);
    if (!hooks) {
      hooks = this.#all().filter(({ constraints }) =>
        constraints.rules.some(
          ({ operations, resources = [] }) =>
            operations?.some((text) => text === '*' || text === operation.toUpperCase()) &&
            resources.some((text) => names(text, resource, subresource)),
        ),
      );
      this.#concerned.set(key, hooks);
    }
    return hooks;
  }

  #all(): readonly Hook<P, B['spec'], C>[] {
    this.#hooks ??= this.#make();
    return this.#hooks;
  }

  /** Upstream's order is that of a Go map: by name is one of the possible ones. */
  #make(): Hook<P, B['spec'], C>[] {
    const hooks: Hook<P, B['spec'], C>[] = [];
    const bindings = [...this.#bindings].sort(byName);
    for (const [name, policy] of [...this.#policies].sort(byName)) {
      const { matchConstraints } = policy.spec;
      const own = bindings.filter(([, { spec }]) => spec.policyName === name);
      if (own.length === 0 || !matchConstraints) continue;
      hooks.push({
        name,
        policy,
        constraints: constraintsOf(matchConstraints),
        bindings: own.map(([bindingName, { spec }]) => ({
          name: bindingName,
          spec,
          constraints: spec.matchResources && constraintsOf(spec.matchResources),
        })),
        compiled: () => this.#compile(name, policy),
      });
    }
    for (const name of this.#compiled.keys()) if (!this.#policies.has(name)) this.#compiled.delete(name);
    return hooks;
  }

  #compile(name: string, policy: P): C {
    const { uid = '', generation = 0 } = policy.metadata;
    const of = `${uid} ${generation}`;
    const known = this.#compiled.get(name);
    if (known?.of === of) return known.compiled;
    const compiled = this.#sources.compile(policy);
    this.#compiled.set(name, { of, compiled });
    return compiled;
  }
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function names(text: string, resource: string, subresource: string): boolean {
  const slash = text.indexOf('/');
  const plural = slash < 0 ? text : text.slice(0, slash);
  const part = slash < 0 ? '' : text.slice(slash + 1);
  return (plural === '*' || plural === resource) && (part === '*' || part === subresource);
}

/** All objects of a resource by name, always current. */
function follow<T>(storage: Pick<Storage, 'list' | 'watch'>, resource: string, changed: () => void): Map<string, T> {
  const prefix = `${resource}.admissionregistration.k8s.io/`;
  const objects = new Map<string, T>();
  const { items, revision } = storage.list(prefix);
  const place = (value: Frozen<KubeObject>): void => void objects.set(value.metadata.name ?? '', value as unknown as T);
  for (const { value } of items) place(value);
  storage.watch(
    prefix,
    { after: revision, lasting: true },
    {
      events: (batch) => {
        for (const { type, now } of batch) {
          if (type === 'deleted') objects.delete(now.value.metadata.name ?? '');
          else place(now.value);
        }
        changed();
      },
      end: () => undefined,
    },
  );
  return objects;
}
