import type { KubeObject } from '../../kube/object.ts';
import { atRevision } from '../event-log.ts';
import { reuse } from '../reuse.ts';
import { compareKeys } from '../sorted-map.ts';
import {
  type Captured,
  type Change,
  checkPreconditions,
  type LocalStorage,
  type Preconditions,
  type Release,
  StorageClosedError,
  StorageError,
  type StoredEvent,
} from '../storage.ts';
import type { StoredObject } from '../stored-object.ts';
import { Claims } from './claims.ts';
import { answerOf } from './errors.ts';
import { EtcdModel, type EtcdOptions } from './etcd-model.ts';
import type { OwnWrite } from './own-writes.ts';
import type { Condition, Operation } from './requests.ts';
import { sharedValue } from './shared-value.ts';
import { type Turn, Turns } from './turns.ts';

/** What is to be under a key; `before` is what has to be there. */
interface Wanted {
  readonly key: string;
  readonly before: StoredObject | undefined;
  /** Undefined: nothing. */
  readonly value: KubeObject | undefined;
  readonly ttlMs: number | undefined;
}

/** etcd takes no more operations in one step unless told so (--max-txn-ops). */
const STEP = 128;
const LEASE_GONE = /requested lease not found/;

/**
 * Everything in etcd, where other servers may write too. A write is acknowledged when etcd has it and this server's
 * readers and watchers see it.
 *
 * @example
 * const storage = await EtcdStorage.open({ client, format, clock, log, timeoutMs: 10_000 });
 */
export class EtcdStorage extends EtcdModel implements LocalStorage {
  readonly #turns = new Turns();
  #claims: Claims | undefined;
  #isClosed = false;

  /** @throws GrpcError when etcd cannot be reached */
  static async open(options: EtcdOptions): Promise<EtcdStorage> {
    const { leases, contents } = await EtcdModel.read(options);
    return new EtcdStorage(options, leases, contents);
  }

  async create(key: string, value: KubeObject, { ttlMs }: { ttlMs?: number } = {}): Promise<StoredObject> {
    return this.#turns.run(key, async (turn) => {
      this.#checkOpen();
      if (this.holds(key)) {
        // Another server may have deleted it a moment ago.
        turn.decided();
        await this.fresh();
        if (this.holds(key)) throw new StorageError('exists', key);
      }
      const stored = await this.#write(turn, { key, before: undefined, value, ttlMs });
      if (!stored) throw new StorageError('exists', key);
      return stored;
    });
  }

  async guaranteedUpdate(key: string, expect: Preconditions, change: Change): Promise<StoredObject> {
    return this.#turns.run(key, async (turn) => {
      for (;;) {
        const [current, next] = await this.#changed(turn, key, expect, change);
        if (this.get(key) !== current) continue;
        const { expiry } = current;
        if (next !== 'delete') {
          // Whatever the change says: an object that differs in nothing else is not written.
          if (next !== current.value) next.metadata = { ...next.metadata, resourceVersion: String(current.revision) };
          if (reuse<object>(next, current.value) === current.value) {
            // Nothing is written only where there is nothing newer either.
            turn.decided();
            await this.fresh();
            if (this.get(key) === current) return current;
            turn.undecided();
            continue;
          }
        }
        const value = next === 'delete' ? undefined : next;
        const stored = await this.#write(turn, { key, before: current, value, ttlMs: expiry?.ttlMs });
        if (stored) return stored;
        turn.undecided();
      }
    });
  }

  /** What fails with an old version may not with the newest one: etcd is asked before anybody is told so. */
  async #changed(
    turn: Turn,
    key: string,
    expect: Preconditions,
    change: Change,
  ): Promise<[StoredObject, KubeObject | 'delete']> {
    for (let isFresh = false; ; isFresh = true) {
      this.#checkOpen();
      const current = this.get(key);
      try {
        if (!current) throw new StorageError('not-found', key);
        checkPreconditions(current, expect);
        return [current, await change(current)];
      } catch (error) {
        if (isFresh) throw error;
        turn.decided();
        await this.fresh();
        turn.undecided();
        if (this.get(key) === current) throw error;
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.expiry.close();
    await this.writes.none();
    this.endFollowing();
    this.log.close();
    this.client.close();
  }

  /**
   * In steps of as many objects as etcd takes at once, each of which has one revision. What others write meanwhile is
   * overwritten.
   */
  async restore(state: Captured): Promise<void> {
    for (;;) {
      this.#checkOpen();
      const wanted = this.buckets
        .differences(state, this.newest)
        .toSorted(inOrder)
        .flatMap((event) => this.#restored(event));
      if (wanted.length === 0) return;
      const step = wanted.slice(0, STEP);
      if ((await this.#writeAll(step)) && step.length === wanted.length) return;
    }
  }

  /** By ordinary writes too: etcd has no revisions but its own. Whoever watches has to read anew. */
  async replace(state: Captured): Promise<void> {
    this.#checkOpen();
    this.log.reset(this.newest, []);
    await this.restore(state);
    this.log.reset(this.newest, []);
    this.compact(this.newest);
  }

  /** What all servers share besides objects: `make` is called where there is nothing of that name yet. */
  share(name: string, make: () => string): Promise<string> {
    return sharedValue(this.client, this.format, name, make);
  }

  async claim(names: readonly string[]): Promise<Release | undefined> {
    this.#checkOpen();
    this.#claims ??= new Claims(this.client, this.format, this.leases, this.errors);
    try {
      return await this.#claims.take(names);
    } catch (error) {
      throw answerOf(error);
    }
  }

  protected override expire(object: StoredObject): void {
    const removed = this.guaranteedUpdate(object.key, { uid: object.value.metadata.uid ?? '' }, async (current) => {
      // Somebody else has given it more time.
      if (current.expiry !== object.expiry && current !== object) throw new StorageError('not-found', object.key);
      return 'delete';
    });
    removed.catch((error: unknown) => {
      if (error instanceof StorageError || error instanceof StorageClosedError) return;
      this.errors.warn({ err: error, key: object.key }, 'an object whose time is over stays until its lease ends');
    });
  }

  #restored({ type, now: wanted, before }: StoredEvent): Wanted[] {
    const { key } = wanted;
    if (type === 'deleted') return before ? [{ key, before, value: undefined, ttlMs: undefined }] : [];
    const value = { ...wanted.value, metadata: { ...wanted.value.metadata } } as KubeObject;
    if (before) value.metadata.resourceVersion = String(before.revision);
    if (before && reuse<object>(value, before.value) === before.value) return [];
    return [{ key, before, value, ttlMs: wanted.expiry?.ttlMs }];
  }

  /** @returns undefined when somebody else was faster, whose write is known then */
  async #write(turn: Turn, wanted: Wanted): Promise<StoredObject | undefined> {
    turn.decided();
    return (await this.#writeAll([wanted]))?.[0];
  }

  /** All in one step, or nothing. */
  async #writeAll(all: readonly Wanted[]): Promise<StoredObject[] | undefined> {
    const writes = all.map((wanted) => this.#ownWrite(wanted));
    for (const write of writes) this.writes.add(write);
    try {
      const conditions = all.map(({ key, before }): Condition => {
        return { key: this.format.pathOf(key), target: 'modRevision', is: before?.revision ?? 0 };
      });
      const reply = await this.#committed(conditions, writes);
      if (!reply.succeeded) {
        // Where the object is gone, that may have been long ago.
        await this.reach(reply.found?.modRevision ?? reply.revision);
        return undefined;
      }
      // etcd has it, whether or not we are told in time.
      await this.arrivals.until(reply.revision).catch(() => undefined);
      return writes.map((write, i) => this.#outcome(write, reply.revision, all[i]?.before));
    } catch (error) {
      throw answerOf(error);
    } finally {
      for (const write of writes) this.writes.remove(write);
    }
  }

  async #committed(conditions: readonly Condition[], writes: readonly OwnWrite[]) {
    const [first] = conditions;
    const reads: Operation[] = conditions.length === 1 && first ? [{ read: first.key }] : [];
    for (let isRepeated = false; ; isRepeated = true) {
      try {
        const operations: Operation[] = [];
        for (const { key, put } of writes) {
          const path = this.format.pathOf(key);
          const lease = put?.ttlMs === undefined ? undefined : await this.leases.leaseFor(put.ttlMs);
          operations.push(put ? { put: path, value: put.bytes, lease } : { remove: path });
        }
        return await this.client.txn(conditions, operations, reads);
      } catch (error) {
        if (isRepeated || !LEASE_GONE.test((error as Error).message)) throw error;
        this.leases.forget();
      }
    }
  }

  #ownWrite({ key, value, ttlMs }: Wanted): OwnWrite {
    if (!value) return { key, put: undefined, stored: undefined };
    return { key, put: { bytes: this.format.encode(key, value as never), value, ttlMs }, stored: undefined };
  }

  /** What was written, from the watch if that has told of it. */
  #outcome({ key, put, stored }: OwnWrite, revision: number, before: StoredObject | undefined): StoredObject {
    if (stored?.revision === revision) return stored;
    const now = this.get(key);
    if (now?.revision === revision) return now;
    if (put) return this.finished(key, revision, put.value, put.ttlMs);
    return atRevision(before as StoredObject, revision);
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new StorageClosedError();
  }
}

/** Owners come before what they own, and nothing goes before what takes its place is there. */
function inOrder(a: StoredEvent, b: StoredEvent): number {
  const [goesA, goesB] = [a.type === 'deleted', b.type === 'deleted'];
  if (goesA !== goesB) return goesA ? 1 : -1;
  return compareKeys(madeAt(a), madeAt(b));
}

const madeAt = ({ now }: StoredEvent): string => String(now.value.metadata.creationTimestamp ?? '');
