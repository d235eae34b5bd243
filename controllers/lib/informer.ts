import type { Activity } from '../../server/base/activity.ts';
import { type Cancel, type Clock, realOf } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { type LabelSelector, selectorMatches } from '../../server/kube/labels.ts';
import { networkAddresses } from '../../server/kube/network/addresses.ts';
import { SERVICE_NAME } from '../../server/kube/network/cluster-objects.ts';
import { type Key, type KubeObject, keyOf, keyText } from '../../server/kube/object.ts';
import { volumeClaimNames } from '../../server/kube/pod-references.ts';
import type { ResourceId, Transport } from '../../server/kube/transport.ts';
import type { Pod } from '../../server/kube/types.gen.ts';

/** What changed: `before` is missing for a new object, `now` for one that is gone. */
export interface Change<T extends KubeObject = KubeObject> {
  readonly before?: Frozen<T>;
  readonly now?: Frozen<T>;
}

const changeOf = (before: Change['before'], now: Change['now']): Change => {
  if (!before) return now ? { now } : {};
  return now ? { before, now } : { before };
};

/** The values under which an index finds an object. */
export type IndexBy = (object: Frozen<KubeObject>) => readonly string[];

/** Every informer has these: what controllers look up by. */
const INDEXES: Readonly<Record<string, IndexBy>> = {
  namespace: (object) => [object.metadata.namespace ?? ''],
  owner: (object) => (object.metadata.ownerReferences ?? []).map((owner) => owner.uid),
  orphan: (object) =>
    object.metadata.ownerReferences?.some((owner) => owner.controller) ? [] : [object.metadata.namespace ?? ''],
  node: (object) => [String((object.spec as { nodeName?: string } | undefined)?.nodeName ?? '')],
  claim: (pod) => volumeClaimNames(pod as Frozen<Pod>).map((name) => `${pod.metadata.namespace}/${name}`),
  address: networkAddresses,
  service: ({ metadata: { namespace, labels } }) => [`${namespace}/${labels?.[SERVICE_NAME] ?? ''}`],
};

const RETRY_MS = 1000;

/** A local copy of all objects of a resource, kept up to date by a watch. Read it through {@link Lister}. */
export class Informer {
  readonly resource: ResourceId;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #isServed: boolean;
  readonly #objects = new Map<string, Frozen<KubeObject>>();
  readonly #indexed = new Map<string, Map<string, Set<Frozen<KubeObject>>>>();
  readonly #handlers = new Set<(change: Change) => void>();
  #started: Promise<void> | undefined;
  #cancel: Cancel | undefined;
  #stopped = false;
  #revision = 0;
  /** Watches in a row that were too old before they told anything. */
  #expiries = 0;

  /** @param isServed whether there is such a resource: a copy of one that there is not is complete, and empty */
  constructor(resource: ResourceId, transport: Transport, clock: Clock, activity: Activity, isServed = true) {
    this.#isServed = isServed;
    this.resource = resource;
    this.#transport = transport;
    this.#clock = realOf(clock);
    this.#activity = activity;
  }

  /** Resolves when the copy is complete. */
  start(): Promise<void> {
    this.#started ??= this.#isServed ? this.#sync() : Promise.resolve();
    return this.#started;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** Calls `handler` for every object there is, and then for every change. */
  onChange(handler: (change: Change) => void): Cancel {
    for (const now of this.#objects.values()) handler({ now });
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Whether it has had all objects once. */
  get isComplete(): boolean {
    return this.#revision > 0;
  }

  /** How far the copy has followed the server: every write up to this revision is in it. */
  get revision(): number {
    return this.#revision;
  }

  get(key: Key): Frozen<KubeObject> | undefined {
    return this.#objects.get(keyText(key));
  }

  all(): Iterable<Frozen<KubeObject>> {
    return this.#objects.values();
  }

  /**
   * Objects that `index` finds under `value`: `namespace`, `owner` (uid), `orphan` (namespace), `node`, `claim` (key),
   * `address`, `service` (key).
   */
  by(index: string, value: string): Iterable<Frozen<KubeObject>> {
    return this.#entries(index).get(value) ?? [];
  }

  /** How many objects `by` would find. */
  count(index: string, value: string): number {
    return this.#entries(index).get(value)?.size ?? 0;
  }

  #entries(index: string): ReadonlyMap<string, ReadonlySet<Frozen<KubeObject>>> {
    let entries = this.#indexed.get(index);
    if (!entries) {
      entries = new Map();
      this.#indexed.set(index, entries);
      for (const object of this.#objects.values()) this.#index(index, entries, object);
    }
    return entries;
  }

  async #sync(): Promise<void> {
    const done = this.#activity.begin(`informer ${this.resource}`);
    try {
      const page = await this.#transport.list({ resource: this.resource, namespace: '' });
      this.#revision = Number(page.resourceVersion);
      this.#replace(page.items);
      this.#follow(page.resourceVersion);
    } catch {
      // Refused, or the server is not ready: ask again, as every informer does.
      if (this.#stopped) return;
      await new Promise<void>((resolve) => {
        const cancel = this.#clock.schedule(RETRY_MS, resolve);
        this.#cancel = () => {
          cancel();
          resolve();
        };
      });
      if (this.#stopped) return;
      return this.#sync();
    } finally {
      done();
    }
  }

  #follow(resourceVersion: string): void {
    let seen = resourceVersion;
    if (this.#stopped) return;
    const begunMs = this.#clock.now();
    let isQuiet = true;
    this.#cancel = this.#transport.watch(
      { resource: this.resource, namespace: '', resourceVersion },
      {
        event: (type, object) => {
          isQuiet = false;
          this.#expiries = 0;
          seen = object.metadata.resourceVersion ?? seen;
          this.#revision = Number(seen);
          this.#apply(keyText(keyOf(object)), type === 'DELETED' ? undefined : object);
        },
        bookmark: (revision) => {
          isQuiet = false;
          seen = revision;
        },
        end: (expired) => {
          if (this.#stopped) return;
          // A server that ends each watch at once, or is not there, is not asked in a loop.
          const isRefused = isQuiet && this.#clock.now() - begunMs < RETRY_MS;
          const isHopeless = expired && isQuiet && this.#expiries++ > 0;
          if (expired && !isHopeless) this.#started = this.#sync();
          else if (expired)
            this.#cancel = this.#clock.schedule(RETRY_MS, () => {
              this.#started = this.#sync();
            });
          else this.#cancel = this.#clock.schedule(isRefused ? RETRY_MS : 0, () => this.#follow(seen));
        },
      },
    );
  }

  #replace(items: readonly Frozen<KubeObject>[]): void {
    const gone = new Set(this.#objects.keys());
    for (const item of items) {
      const key = keyText(keyOf(item));
      gone.delete(key);
      if (this.#objects.get(key)?.metadata.resourceVersion !== item.metadata.resourceVersion) this.#apply(key, item);
    }
    for (const key of gone) this.#apply(key, undefined);
  }

  #apply(key: string, now: Frozen<KubeObject> | undefined): void {
    const before = this.#objects.get(key);
    if (now) this.#objects.set(key, now);
    else this.#objects.delete(key);
    for (const [index, entries] of this.#indexed) {
      if (before) for (const value of INDEXES[index]?.(before) ?? []) entries.get(value)?.delete(before);
      if (now) this.#index(index, entries, now);
    }
    const change = changeOf(before, now);
    for (const handler of this.#handlers) handler(change);
  }

  #index(index: string, entries: Map<string, Set<Frozen<KubeObject>>>, object: Frozen<KubeObject>): void {
    const valuesOf = INDEXES[index];
    if (!valuesOf) throw new Error(`informers have no index ${index}`);
    for (const value of valuesOf(object)) {
      let objects = entries.get(value);
      if (!objects) {
        objects = new Set();
        entries.set(value, objects);
      }
      objects.add(object);
    }
  }
}

/** One informer for each resource, shared by all controllers of a process. */
export class InformerSet {
  readonly #informers = new Map<ResourceId, Informer>();
  readonly #make: (resource: ResourceId) => Informer;

  constructor(transport: Transport, clock: Clock, activity: Activity, lacks?: (resource: ResourceId) => boolean) {
    this.#make = (resource) => new Informer(resource, transport, clock, activity, !lacks?.(resource));
  }

  of(resource: ResourceId): Informer {
    let informer = this.#informers.get(resource);
    if (!informer) {
      informer = this.#make(resource);
      this.#informers.set(resource, informer);
    }
    return informer;
  }

  /** The informer of a resource, if somebody uses it and it has been complete once. */
  running(resource: ResourceId): Informer | undefined {
    const informer = this.#informers.get(resource);
    return informer?.isComplete ? informer : undefined;
  }

  /** Every object that some informer has. */
  *objects(): Iterable<Frozen<KubeObject>> {
    for (const informer of this.#informers.values()) yield* informer.all();
  }

  stop(): void {
    for (const informer of this.#informers.values()) informer.stop();
  }
}

/** Reads from an informer, typed. What it gives is frozen and may lag behind the server. */
export class Lister<T extends KubeObject> {
  readonly #informer: Informer;

  constructor(informer: Informer) {
    this.#informer = informer;
  }

  /** Every write up to this revision is in what is read here. */
  get revision(): number {
    return this.#informer.revision;
  }

  get(key: Key): Frozen<T> | undefined {
    return this.#informer.get(key) as Frozen<T> | undefined;
  }

  /** All objects, or those of one namespace, or those that labels select. */
  list(namespace?: string, selector?: LabelSelector): Frozen<T>[] {
    const objects = namespace === undefined ? this.#informer.all() : this.#informer.by('namespace', namespace);
    const found: Frozen<T>[] = [];
    for (const object of objects) {
      if (!selector || selectorMatches(selector, object.metadata.labels)) found.push(object as Frozen<T>);
    }
    return found;
  }

  /** Objects that the object with this uid owns. */
  ownedBy(uid: string): Frozen<T>[] {
    return [...this.#informer.by('owner', uid)] as Frozen<T>[];
  }

  /** Objects of a namespace that no controller owns: those that one may adopt. */
  orphans(namespace: string): Frozen<T>[] {
    return [...this.#informer.by('orphan', namespace)] as Frozen<T>[];
  }

  /** Pods bound to a node; '' gives those that no node has yet. */
  onNode(node: string): Frozen<T>[] {
    return [...this.#informer.by('node', node)] as Frozen<T>[];
  }

  /** How many pods are bound to a node. */
  countOnNode(node: string): number {
    return this.#informer.count('node', node);
  }

  /** Pods with a volume of a claim, be it one that is made for the pod. */
  usingClaim(claim: Key): Frozen<T>[] {
    return [...this.#informer.by('claim', keyText(claim))] as Frozen<T>[];
  }

  /** Pods, services or nodes that have an address. */
  at(address: string): Frozen<T>[] {
    return [...this.#informer.by('address', address)] as Frozen<T>[];
  }

  /** EndpointSlices of a service. */
  ofService(service: Key): Frozen<T>[] {
    return [...this.#informer.by('service', keyText(service))] as Frozen<T>[];
  }
}
