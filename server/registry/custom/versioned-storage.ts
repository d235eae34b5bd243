/**
 * The objects of a custom resource as one version has them. Upstream keeps a store for each version, which validates,
 * selects and prints what it knows; only the storage below converts.
 */
import type { Cancel } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type {
  Change,
  ListRequest,
  Preconditions,
  Predicate,
  Storage,
  StoredEvent,
  StoredPage,
  WatchRequest,
  WatchSink,
} from '../../storage/storage.ts';
import { StoredObject } from '../../storage/stored-object.ts';
import { OpenWatches } from './open-watches.ts';

/** How what is stored is read and written in one version. */
export interface VersionCodec {
  /** The same value when nothing changes. */
  shown(value: Frozen<KubeObject>): Frozen<KubeObject>;
  stored(value: KubeObject): KubeObject;
}

export class VersionedStorage implements Storage {
  readonly #storage: Storage;
  readonly #codec: VersionCodec;
  readonly #views = new WeakMap<StoredObject, StoredObject>();
  protected readonly watches = new OpenWatches();

  constructor(storage: Storage, codec: VersionCodec) {
    this.#storage = storage;
    this.#codec = codec;
  }

  revision(): number {
    return this.#storage.revision();
  }

  get(key: string): StoredObject | undefined {
    const stored = this.#storage.get(key);
    return stored && this.view(stored);
  }

  list(prefix: string, { where, ...options }: ListRequest = {}): StoredPage {
    const page = this.#storage.list(prefix, { ...options, ...this.#shownTo(where) });
    return { ...page, items: page.items.map((item) => this.view(item)) };
  }

  watch(prefix: string, { where, ...options }: WatchRequest, sink: WatchSink): Cancel {
    const request = { ...options, ...this.#shownTo(where) };
    return this.watches.add(sink, (open) =>
      this.#storage.watch(prefix, request, {
        events: (batch) => open.events(batch.map((event) => this.viewed(event))),
        end: (reason) => open.end(reason),
      }),
    );
  }

  async create(key: string, value: KubeObject, options?: { ttlMs?: number }): Promise<StoredObject> {
    return this.view(await this.#storage.create(key, this.#codec.stored(value), options));
  }

  async guaranteedUpdate(key: string, expect: Preconditions, change: Change): Promise<StoredObject> {
    const stored = await this.#storage.guaranteedUpdate(key, expect, async (current) => {
      const next = await change(this.view(current));
      return next === 'delete' ? next : this.#codec.stored(next);
    });
    return this.view(stored);
  }

  close(): Promise<void> {
    return this.#storage.close();
  }

  /** Ends the watches: objects of this version are read in another way from now on. */
  endWatches(): void {
    this.watches.endAll();
  }

  /** A rehearsal answers with what would be read, as upstream's dry run does (DryRunnableStorage). */
  rehearse(value: KubeObject): Promise<KubeObject> {
    return Promise.resolve(this.#codec.shown(this.#codec.stored(value) as Frozen<KubeObject>) as KubeObject);
  }

  /** Only where there is something to wait for: readers go on at once else. */
  get fresh(): ((revision?: number) => Promise<void>) | undefined {
    const storage = this.#storage;
    return storage.fresh && ((revision) => storage.fresh?.(revision) ?? Promise.resolve());
  }

  get recall(): ((revision: number) => Promise<void> | undefined) | undefined {
    const storage = this.#storage;
    return storage.recall && ((revision) => storage.recall?.(revision));
  }

  refresh(_key: string): Promise<void> {
    return Promise.resolve();
  }

  delivering(): Promise<unknown> | undefined {
    return undefined;
  }

  protected viewed({ type, now, before }: StoredEvent): StoredEvent {
    return { type, now: this.view(now), ...(before && { before: this.view(before) }) };
  }

  /** Makes an object be looked at anew. */
  protected forget(stored: StoredObject): void {
    this.#views.delete(stored);
  }

  #shownTo(where: Predicate | undefined): { where?: Predicate } {
    return where ? { where: (value) => where(this.#codec.shown(value)) } : {};
  }

  protected view(stored: StoredObject): StoredObject {
    let view = this.#views.get(stored);
    if (!view) {
      const value = this.#codec.shown(stored.value);
      view = value === stored.value ? stored : new StoredObject(stored.key, stored.revision, value, stored.expiry);
      this.#views.set(stored, view);
    }
    return view;
  }
}
