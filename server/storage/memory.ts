import { type Clock, steadyMs } from '../base/clock.ts';
import { deepFreeze } from '../base/freeze.ts';
import { nextTurn } from '../base/turn.ts';
import type { KubeObject } from '../kube/object.ts';
import { Buckets } from './buckets.ts';
import { atRevision } from './event-log.ts';
import type { History } from './history.ts';
import type { IndexDefinitions } from './indexes.ts';
import { ReadModel } from './read-model.ts';
import { reuse, reuseToStore } from './reuse.ts';
import {
  type Captured,
  type Change,
  checkPreconditions,
  type LocalStorage,
  type Preconditions,
  StorageClosedError,
  StorageError,
  type StoredEvent,
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
  readonly history?: History | undefined;
  /** Called with every write, before anyone else learns of it. */
  readonly onCommit?: (event: StoredEvent) => void;
}

const noResult = (): void => undefined;

/** When an object whose time is over is tried again after its deletion could not be kept. */
const EXPIRY_RETRY_MS = 60_000;

/** Metadata that did not change is shared with the version before, and stays as it is. */
function setVersion(object: KubeObject, revision: number): void {
  const resourceVersion = String(revision);
  if (Object.isFrozen(object.metadata)) object.metadata = { ...object.metadata, resourceVersion };
  else object.metadata.resourceVersion = resourceVersion;
}

/** Everything in memory: a sorted map for each bucket and the log of recent events. */
export class MemoryStorage extends ReadModel implements LocalStorage {
  readonly #onCommit: ((event: StoredEvent) => void) | undefined;
  /** Changes that are being made: the last of each key. */
  readonly #changing = new Map<string, Promise<void>>();
  #closed = false;

  constructor(options: MemoryOptions) {
    const { clock, from, revision = from?.revision ?? 0, objects = [], indexes, history, onCommit } = options;
    super({ clock, revision, indexes, from, history });
    this.#onCommit = onCommit;
    for (const object of objects) {
      this.place(object.key, undefined, object);
      this.expiry.add(object);
    }
    for (const object of from?.all() ?? []) {
      this.indexes.place(object.key, undefined, object);
      this.expiry.add(object);
    }
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
      setVersion(next, current.revision);
      const isSame = reuseToStore(next, current.value) === current.value;
      return isSame ? current : this.#commit(key, current, next, current.expiry?.ttlMs);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.expiry.close();
    this.log.close();
  }

  async restore(state: Captured): Promise<void> {
    for (const { type, now: wanted, before: current } of this.buckets.differences(state, this.newest)) {
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
    const revision = Math.max(this.newest, state.revision) + 1;
    this.exchange(state, revision);
  }

  /**
   * Takes back the newest writes: `events` are all of them, oldest first. Their revisions are not used again, and
   * whoever saw them has to read anew: watches end, and what they would resume from is expired.
   */
  undo(events: readonly StoredEvent[]): void {
    const was = new Buckets(this.capture());
    for (const { type, now, before } of events.toReversed()) {
      this.place(now.key, this.get(now.key), before);
      // An object whose time was over lives on, and has to go some time later.
      if (type === 'deleted' && before) this.expiry.add(before, steadyMs(this.clock) + EXPIRY_RETRY_MS);
    }
    this.newest++;
    this.log.reset(this.newest, was.differences(this.capture(), this.newest));
  }

  protected override expire(object: StoredObject): void {
    this.#remove(object);
  }

  #commit(key: string, before: StoredObject | undefined, value: KubeObject, ttlMs: number | undefined): StoredObject {
    const revision = this.#nextRevision();
    setVersion(value, revision);
    const expiry: Expiry | undefined = ttlMs === undefined ? undefined : { ttlMs, atMs: steadyMs(this.clock) + ttlMs };
    const now = new StoredObject(key, revision, deepFreeze(value), expiry);
    this.place(key, before, now);
    this.expiry.add(now);
    if (before) this.expiry.forget(before);
    this.#publish(before ? { type: 'updated', now, before } : { type: 'created', now });
    return now;
  }

  #remove(before: StoredObject): StoredObject {
    const now = atRevision(before, this.#nextRevision());
    this.place(before.key, before, undefined);
    this.expiry.forget(before);
    this.#publish({ type: 'deleted', now, before });
    return now;
  }

  #nextRevision(): number {
    if (this.#closed) throw new StorageClosedError();
    return ++this.newest;
  }

  #publish(event: StoredEvent): void {
    this.#onCommit?.(event);
    this.log.append(event);
  }
}
