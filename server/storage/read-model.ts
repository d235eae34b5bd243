import type { Cancel, Clock } from '../base/clock.ts';
import { Buckets } from './buckets.ts';
import { EventLog } from './event-log.ts';
import { ExpiryQueue } from './expiry.ts';
import type { History } from './history.ts';
import { type IndexDefinitions, Indexes } from './indexes.ts';
import { compareKeys } from './sorted-map.ts';
import {
  bucketOf,
  type Captured,
  type DatedEvent,
  type ListRequest,
  StorageError,
  type StoredPage,
  type WatchRequest,
  type WatchSink,
} from './storage.ts';
import type { StoredObject } from './stored-object.ts';

export interface ReadModelOptions {
  readonly clock: Clock;
  readonly revision: number;
  readonly indexes: IndexDefinitions | undefined;
  /** What another storage held, to begin with. */
  readonly from?: Captured | undefined;
  readonly history?: History | undefined;
}

/**
 * What there is and what happened lately, in memory: the half of a storage that answers reads and watches. Who extends
 * it says what is written.
 */
export abstract class ReadModel {
  protected readonly clock: Clock;
  protected readonly log: EventLog;
  protected readonly indexes: Indexes;
  protected readonly expiry: ExpiryQueue;
  protected buckets: Buckets;
  /** The newest revision. */
  protected newest: number;

  constructor({ clock, revision, indexes = {}, from, history }: ReadModelOptions) {
    this.clock = clock;
    this.newest = revision;
    this.log = new EventLog(clock, revision, history);
    this.indexes = new Indexes(indexes);
    this.buckets = new Buckets(from);
    this.expiry = new ExpiryQueue(
      clock,
      (key) => this.get(key),
      (object) => this.expire(object),
    );
  }

  /** The time of an object is over. */
  protected abstract expire(object: StoredObject): void;

  revision(): number {
    return this.newest;
  }

  get(key: string): StoredObject | undefined {
    return this.buckets.get(key);
  }

  list(prefix: string, { at, limit, from, select, where }: ListRequest = {}): StoredPage {
    if (at !== undefined && at > this.newest) throw new StorageError('too-new', prefix, String(this.newest));
    const past = at !== undefined && at < this.newest ? this.log.statesAt(prefix, at) : undefined;
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
      if (select) {
        remaining++;
        continue;
      }
      remaining = this.#countFrom(prefix, next, past);
      break;
    }
    const revision = at ?? this.newest;
    const page = { items, revision, ...(limit !== undefined && { total: this.#countFrom(prefix, prefix, undefined) }) };
    if (next === undefined) return page;
    return where ? { ...page, next } : { ...page, next, remaining };
  }

  /** Counted one by one, all pages of a list would take quadratic time. */
  #countFrom(prefix: string, from: string, past: ReadonlyMap<string, StoredObject | undefined> | undefined): number {
    const bucket = this.buckets.of(bucketOf(prefix));
    let count = bucket?.count(prefix, from) ?? 0;
    for (const [key, then] of past ?? [])
      if (compareKeys(key, from) >= 0) count += Number(then !== undefined) - Number(bucket?.get(key) !== undefined);
    return count;
  }

  watch(prefix: string, options: WatchRequest, sink: WatchSink): Cancel {
    return this.log.watch(prefix, options, sink);
  }

  flush(): void {
    this.log.flush();
  }

  get delivered(): boolean {
    return !this.log.busy;
  }

  compact(revision: number): void {
    this.log.compact(revision);
  }

  history(key: string): readonly DatedEvent[] {
    return this.log.history(key);
  }

  all(): Iterable<StoredObject> {
    return this.buckets.all();
  }

  capture(): Captured {
    return this.buckets.capture(this.newest);
  }

  /** Goes on with another content: see `LocalStorage.replace`. */
  protected exchange(state: Captured, revision: number): void {
    const differences = this.buckets.differences(state, revision);
    this.newest = revision;
    this.buckets = new Buckets(state);
    for (const { type, now, before } of differences) {
      const after = type === 'deleted' ? undefined : now;
      this.indexes.place(now.key, before, after);
      if (before) this.expiry.forget(before);
      if (!after) continue;
      after.rememberBytes();
      this.expiry.add(after);
    }
    this.log.reset(revision, differences);
  }

  protected place(key: string, before: StoredObject | undefined, now: StoredObject | undefined): void {
    if (now) {
      if (before) now.follow(before);
      this.buckets.set(key, now);
    } else this.buckets.delete(key);
    this.indexes.place(key, before, now);
  }

  *#objects(prefix: string, from: string | undefined, select: ListRequest['select']): Generator<StoredObject> {
    const bucket = this.buckets.of(bucketOf(prefix));
    if (!bucket) return;
    const keys = select && this.indexes.keys(prefix, select, bucket);
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
