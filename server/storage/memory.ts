import { type Cancel, type Clock, steadyMs } from '../base/clock.ts';
import { deepFreeze } from '../base/freeze.ts';
import { nextTurn } from '../base/turn.ts';
import type { KubeObject } from '../kube/object.ts';
import { Buckets } from './buckets.ts';
import { atRevision, EventLog } from './event-log.ts';
import { ExpiryQueue } from './expiry.ts';
import { type IndexDefinitions, Indexes } from './indexes.ts';
import { reuse } from './reuse.ts';
import { compareKeys } from './sorted-map.ts';
import {
  bucketOf,
  type Captured,
  type Change,
  checkPreconditions,
  type DatedEvent,
  type ListRequest,
  type LocalStorage,
  type Preconditions,
  StorageClosedError,
  StorageError,
  type StoredEvent,
  type StoredPage,
  type WatchRequest,
  type WatchSink,
} from './storage.ts';
import { type Expiry, StoredObject } from './stored-object.ts';

export interface MemoryOptions {
  readonly clock: Clock;
  /** Revision to go on from, and what is there. */
  readonly revision?: number;
  readonly objects?: Iterable<StoredObject>;
  /** Instead of both: what another storage held. */
  readonly from?: Captured;
  readonly indexes?: IndexDefinitions;
  /** Called with every write, before anyone else learns of it. */
  readonly onCommit?: (event: StoredEvent) => void;
}

const noResult = (): void => undefined;

/** When an object whose time is over is tried again after its deletion could not be kept. */
const EXPIRY_RETRY_MS = 60_000;

/** Everything in memory: a sorted map for each bucket and the log of recent events. */
export class MemoryStorage implements LocalStorage {
  readonly #clock: Clock;
  readonly #log: EventLog;
  #buckets: Buckets;
  readonly #indexes: Indexes;
  readonly #expiry: ExpiryQueue;
  readonly #onCommit: ((event: StoredEvent) => void) | undefined;
  /** Changes that are being made: the last of each key. */
  readonly #changing = new Map<string, Promise<void>>();
  #revision: number;
  #closed = false;

  constructor(options: MemoryOptions) {
    const { clock, from, revision = from?.revision ?? 0, objects = [], indexes = {}, onCommit } = options;
    this.#clock = clock;
    this.#buckets = new Buckets(from);
    this.#revision = revision;
    this.#log = new EventLog(clock, revision);
    this.#indexes = new Indexes(indexes);
    this.#expiry = new ExpiryQueue(
      clock,
      (key) => this.get(key),
      (object) => this.#remove(object),
    );
    this.#onCommit = onCommit;
    for (const object of objects) {
      this.#place(object.key, undefined, object);
      this.#expiry.add(object);
    }
    for (const object of from?.all() ?? []) {
      this.#indexes.place(object.key, undefined, object);
      this.#expiry.add(object);
    }
  }

  revision(): number {
    return this.#revision;
  }

  get(key: string): StoredObject | undefined {
    return this.#buckets.get(key);
  }

  list(prefix: string, { at, limit, from, select, where }: ListRequest = {}): StoredPage {
    if (at !== undefined && at > this.#revision) throw new StorageError('too-new', prefix, String(this.#revision));
    const past = at !== undefined && at < this.#revision ? this.#log.statesAt(prefix, at) : undefined;
    const candidates = past?.size ? this.#objectsAt(prefix, past, from) : this.#objects(prefix, from, select);
    const items: StoredObject[] = [];
    let next: string | undefined;
    let remaining = 0;
    for (const object of candidates) {
      if (limit === undefined || items.length < limit) {
        if (!where || where(object.value)) items.push(object);
        continue;
      }
      // Nobody looks whether what follows matches: the next page may be empty.
      next ??= object.key;
      if (where) break;
      if (past?.size || select) {
        remaining++;
        continue;
      }
      // Counted one by one, all pages of a list would take quadratic time.
      remaining = this.#buckets.of(bucketOf(prefix))?.count(prefix, next) ?? 0;
      break;
    }
    const revision = at ?? this.#revision;
    if (next === undefined) return { items, revision };
    return where ? { items, revision, next } : { items, revision, next, remaining };
  }

  watch(prefix: string, options: WatchRequest, sink: WatchSink): Cancel {
    return this.#log.watch(prefix, options, sink);
  }

  async create(key: string, value: KubeObject, { ttlMs }: { ttlMs?: number } = {}): Promise<StoredObject> {
    if (this.get(key)) throw new StorageError('exists', key);
    return this.#commit(key, undefined, value, ttlMs);
  }

  async guaranteedUpdate(key: string, expect: Preconditions, change: Change): Promise<StoredObject> {
    const earlier = this.#changing.get(key);
    const updated = earlier ? this.#updateAfter(earlier, key, expect, change) : this.#update(key, expect, change);
    const ended = updated.then(noResult, noResult);
    this.#changing.set(key, ended);
    try {
      return await updated;
    } finally {
      if (this.#changing.get(key) === ended) this.#changing.delete(key);
    }
  }

  /**
   * Two changes at once would have one of them made twice. Waits for no more than a turn: a change may ask others, who
   * may want to write the same object first.
   */
  async #updateAfter(earlier: Promise<void>, ...update: [string, Preconditions, Change]): Promise<StoredObject> {
    await Promise.race([earlier, nextTurn()]);
    return this.#update(...update);
  }

  async #update(key: string, expect: Preconditions, change: Change): Promise<StoredObject> {
    for (;;) {
      const current = this.get(key);
      if (!current) throw new StorageError('not-found', key);
      checkPreconditions(current, expect);
      const next = await change(current);
      if (this.get(key) !== current) continue;
      if (next === 'delete') return this.#remove(current);
      if (next === current.value) return current;
      // Whatever the change says: an object that differs in nothing else is not written.
      next.metadata = { ...next.metadata, resourceVersion: String(current.revision) };
      const shared = reuse<object>(next, current.value);
      return shared === current.value ? current : this.#commit(key, current, next, current.expiry?.ttlMs);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#expiry.close();
    this.#log.close();
  }

  flush(): void {
    this.#log.flush();
  }

  get delivered(): boolean {
    return !this.#log.busy;
  }

  compact(revision: number): void {
    this.#log.compact(revision);
  }

  history(key: string): readonly DatedEvent[] {
    return this.#log.history(key);
  }

  all(): Iterable<StoredObject> {
    return this.#buckets.all();
  }

  capture(): Captured {
    return this.#buckets.capture(this.#revision);
  }

  async restore(state: Captured): Promise<void> {
    for (const { type, now: wanted, before: current } of this.#buckets.differences(state, this.#revision)) {
      if (type === 'deleted') {
        if (current) this.#remove(current);
        continue;
      }
      const value = { ...wanted.value, metadata: { ...wanted.value.metadata } } as KubeObject;
      if (current) value.metadata.resourceVersion = String(current.revision);
      if (current && reuse<object>(value, current.value) === current.value) continue;
      this.#commit(wanted.key, current, value, wanted.expiry?.ttlMs);
    }
  }

  async replace(state: Captured): Promise<void> {
    this.replaceNow(state);
  }

  /** The same, when this returns. */
  replaceNow(state: Captured): void {
    if (this.#closed) throw new StorageClosedError();
    const revision = Math.max(this.#revision, state.revision) + 1;
    const differences = this.#buckets.differences(state, revision);
    this.#revision = revision;
    this.#buckets = new Buckets(state);
    for (const { type, now, before } of differences) {
      const after = type === 'deleted' ? undefined : now;
      this.#indexes.place(now.key, before, after);
      if (before) this.#expiry.forget(before);
      if (!after) continue;
      after.rememberBytes();
      this.#expiry.add(after);
    }
    this.#log.reset(revision, differences);
  }

  /**
   * Takes back the newest writes: `events` are all of them, oldest first. Their revisions are not used again, and
   * whoever saw them has to read anew: watches end, and what they would resume from is expired.
   */
  undo(events: readonly StoredEvent[]): void {
    const was = new Buckets(this.capture());
    for (const { type, now, before } of events.toReversed()) {
      this.#place(now.key, this.get(now.key), before);
      // An object whose time was over lives on, and has to go some time later.
      if (type === 'deleted' && before) this.#expiry.add(before, steadyMs(this.#clock) + EXPIRY_RETRY_MS);
    }
    this.#revision++;
    this.#log.reset(this.#revision, was.differences(this.capture(), this.#revision));
  }

  #commit(key: string, before: StoredObject | undefined, value: KubeObject, ttlMs: number | undefined): StoredObject {
    const revision = this.#nextRevision();
    // A copy: metadata that did not change is shared with the version before.
    value.metadata = { ...value.metadata, resourceVersion: String(revision) };
    const expiry: Expiry | undefined = ttlMs === undefined ? undefined : { ttlMs, atMs: steadyMs(this.#clock) + ttlMs };
    const now = new StoredObject(key, revision, deepFreeze(value), expiry);
    this.#place(key, before, now);
    this.#expiry.add(now);
    if (before) this.#expiry.forget(before);
    this.#publish(before ? { type: 'updated', now, before } : { type: 'created', now });
    return now;
  }

  #remove(before: StoredObject): StoredObject {
    const now = atRevision(before, this.#nextRevision());
    this.#place(before.key, before, undefined);
    this.#expiry.forget(before);
    this.#publish({ type: 'deleted', now, before });
    return now;
  }

  #nextRevision(): number {
    if (this.#closed) throw new StorageClosedError();
    return ++this.#revision;
  }

  #publish(event: StoredEvent): void {
    this.#onCommit?.(event);
    this.#log.append(event);
  }

  #place(key: string, before: StoredObject | undefined, now: StoredObject | undefined): void {
    if (now) this.#buckets.set(key, now);
    else this.#buckets.delete(key);
    this.#indexes.place(key, before, now);
  }

  *#objects(prefix: string, from: string | undefined, select: ListRequest['select']): Generator<StoredObject> {
    const bucket = this.#buckets.of(bucketOf(prefix));
    if (!bucket) return;
    const keys = select && this.#indexes.keys(prefix, select, bucket);
    if (!keys) {
      for (const [, object] of bucket.from(prefix, from)) yield object;
      return;
    }
    for (const key of keys) {
      const object = bucket.get(key);
      if (object && (from === undefined || compareKeys(key, from) >= 0)) yield object;
    }
  }

  /** The objects of a past revision: what is there now, with everything that changed since put back. */
  *#objectsAt(
    prefix: string,
    past: ReadonlyMap<string, StoredObject | undefined>,
    from: string | undefined,
  ): Generator<StoredObject> {
    const restored = [...past.values()]
      .filter((object) => object !== undefined)
      .filter(({ key }) => from === undefined || compareKeys(key, from) >= 0)
      .sort((a, b) => compareKeys(a.key, b.key));
    let at = 0;
    for (const current of this.#objects(prefix, from, undefined)) {
      while (at < restored.length && compareKeys((restored[at] as StoredObject).key, current.key) <= 0) {
        yield restored[at++] as StoredObject;
      }
      if (!past.has(current.key)) yield current;
    }
    while (at < restored.length) yield restored[at++] as StoredObject;
  }
}
