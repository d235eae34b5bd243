import { type Clock, realOf, steadyMs } from '../../base/clock.ts';
import { deepFreeze } from '../../base/freeze.ts';
import type { Logger } from '../../base/log.ts';
import type { KubeObject } from '../../kube/object.ts';
import { capturedOf } from '../buckets.ts';
import { atRevision } from '../event-log.ts';
import type { History } from '../history.ts';
import type { IndexDefinitions } from '../indexes.ts';
import { ReadModel } from '../read-model.ts';
import { reuse } from '../reuse.ts';
import type { ListRequest, StoredEvent, StoredPage } from '../storage.ts';
import { type Expiry, StoredObject } from '../stored-object.ts';
import { Arrivals } from './arrivals.ts';
import { Broken } from './broken.ts';
import { Compaction } from './compaction.ts';
import { type Contents, type ReaderParts, readContents, storedOf } from './contents.ts';
import { answerOf } from './errors.ts';
import type { EtcdClient } from './etcd-client.ts';
import { EtcdWatch } from './etcd-watch.ts';
import { type EtcdFormat, endOf } from './format.ts';
import { Leases } from './leases.ts';
import { OwnWrites } from './own-writes.ts';
import { Past } from './past.ts';
import type { KeyValue, WatchReply } from './replies.ts';

export interface EtcdOptions {
  readonly client: EtcdClient;
  readonly format: EtcdFormat;
  readonly clock: Clock;
  /** That of the machine, unless `clock` knows it: etcd has no other. */
  readonly realClock?: Clock;
  readonly log: Logger;
  readonly indexes?: IndexDefinitions;
  readonly history?: History | undefined;
  /** How long something may take that is not the client's call itself. */
  readonly timeoutMs: number;
  /** How often etcd is made to forget what is older; never unless given. */
  readonly compactionMs?: number;
}

/**
 * What etcd holds, in memory: read once, and followed by one watch from then on. Reads and watches are answered from
 * here, with etcd's revisions.
 */
export abstract class EtcdModel extends ReadModel {
  protected readonly client: EtcdClient;
  protected readonly format: EtcdFormat;
  protected readonly leases: Leases;
  protected readonly writes = new OwnWrites();
  protected readonly arrivals: Arrivals;
  protected readonly errors: Logger;
  readonly #parts: ReaderParts;
  readonly #watch: EtcdWatch;
  readonly #broken: Broken;
  readonly #compaction: Compaction | undefined;
  readonly #past: Past;
  /** Replies of the watch that have to wait for what is asked about their leases. */
  #replies: WatchReply[] = [];
  #isAsking = false;
  #isConnected = true;
  #freshness: Promise<number> | undefined;
  #nextFreshness: Promise<number> | undefined;

  protected constructor(options: EtcdOptions, leases: Leases, contents: Contents) {
    const { client, format, clock, realClock = realOf(clock), log, indexes, history, timeoutMs } = options;
    const from = capturedOf(contents.revision, contents.objects);
    super({ clock, revision: contents.revision, indexes, from, history });
    this.client = client;
    this.format = format;
    this.errors = log;
    this.leases = leases;
    this.#broken = new Broken(format, log, contents.broken);
    this.arrivals = new Arrivals(realClock, timeoutMs, contents.revision);
    this.#parts = { client, format, leases: this.leases, clock, realClock };
    for (const object of contents.objects) {
      this.indexes.place(object.key, undefined, object);
      this.expiry.add(object);
    }
    const handler = {
      changed: (reply: WatchReply) => this.#changed(reply),
      missed: () => this.#readAnew(),
      connected: (isConnected: boolean) => {
        this.#isConnected = isConnected;
      },
    };
    this.#past = new Past({ ...this.#parts, log: this.log, errors: log, known: (key) => super.get(key), timeoutMs });
    const keys = [format.root, endOf(format.root)] as const;
    this.#watch = new EtcdWatch({ client, keys, clock: realClock, log, handler });
    this.#watch.start(contents.revision);
    const { compactionMs } = options;
    if (compactionMs !== undefined)
      this.#compaction = new Compaction({ client, clock: realClock, log, intervalMs: compactionMs });
  }

  protected static async read(options: EtcdOptions): Promise<{ leases: Leases; contents: Contents }> {
    const { clock, realClock = realOf(clock) } = options;
    const leases = new Leases(options.client, realClock);
    return { leases, contents: await readContents({ ...options, leases, realClock }) };
  }

  override get(key: string): StoredObject | undefined {
    this.#broken.check(key);
    return super.get(key);
  }

  /** Whether there is something, readable or not. */
  protected holds(key: string): boolean {
    return this.#broken.has(key) || super.get(key) !== undefined;
  }

  override list(prefix: string, request?: ListRequest): StoredPage {
    this.#broken.checkAll(prefix);
    return super.list(prefix, request);
  }

  override get delivered(): boolean {
    return super.delivered && this.writes.isEmpty && this.#replies.length === 0;
  }

  /**
   * Resolves when the model knows everything that was written, by whomever, before the call; or up to a revision.
   * Those who ask at once share one question to etcd; those who come while it is under way share the next one.
   *
   * @throws ApiError when etcd does not answer
   */
  async fresh(revision?: number): Promise<void> {
    if (revision !== undefined && this.arrivals.has(revision)) return;
    try {
      await this.reach(Math.max(await this.#asked(), revision ?? 0));
    } catch (error) {
      throw answerOf(error);
    }
  }

  /**
   * Asks etcd what happened after a revision, if that was before this server knew anything: clients come with revisions
   * that another one has told them.
   */
  recall(revision: number): Promise<void> | undefined {
    return revision < this.log.oldest ? this.#past.recall(revision) : undefined;
  }

  override compact(revision: number): void {
    super.compact(revision);
    this.#past.forget(revision);
  }

  /** Whether etcd answers. */
  async isHealthy(timeoutMs: number): Promise<boolean> {
    if (!this.#isConnected) return false;
    const asked = this.client.range({ key: this.format.root, countOnly: true }, timeoutMs);
    return asked.then(
      () => true,
      () => false,
    );
  }

  /** Waits for a revision that need not be one of our keys: etcd is asked how far the watch is. */
  protected async reach(revision: number): Promise<void> {
    if (this.arrivals.has(revision)) return;
    const arrived = this.arrivals.until(revision);
    this.#watch.askProgress(() => this.arrivals.isEmpty);
    await arrived;
    if (this.arrivals.isEmpty) this.#watch.endProgress();
  }

  protected endFollowing(): void {
    this.#compaction?.close();
    this.#watch.close();
    this.arrivals.close();
  }

  #asked(): Promise<number> {
    if (!this.#freshness) return this.#ask();
    this.#nextFreshness ??= this.#freshness.then(noResult, noResult).then(() => {
      this.#nextFreshness = undefined;
      return this.#ask();
    });
    return this.#nextFreshness;
  }

  #ask(): Promise<number> {
    const asked = this.client
      .range({ key: this.format.root, countOnly: true })
      .then(({ revision }) => revision)
      .finally(() => {
        if (this.#freshness === asked) this.#freshness = undefined;
      });
    this.#freshness = asked;
    return asked;
  }

  #changed(reply: WatchReply): void {
    this.#replies.push(reply);
    if (!this.#isAsking) this.#applyAll();
  }

  #applyAll(): void {
    for (let reply = this.#replies[0]; reply; reply = this.#replies[0]) {
      const unknown = this.#unknownLeases(reply);
      if (unknown.length > 0) {
        this.#isAsking = true;
        void this.#learn(unknown);
        return;
      }
      this.#replies.shift();
      this.#apply(reply);
    }
  }

  async #learn(leases: readonly bigint[]): Promise<void> {
    try {
      await Promise.all(leases.map((id) => this.leases.learn(id)));
    } catch (error) {
      this.errors.warn({ err: error }, 'etcd does not tell how long objects live');
      for (const id of leases) if (!this.leases.isKnown(id)) this.leases.ignore(id);
    }
    this.#isAsking = false;
    this.#applyAll();
  }

  #unknownLeases({ events }: WatchReply): bigint[] {
    let unknown: Set<bigint> | undefined;
    for (const { item, isDeletion } of events) {
      if (isDeletion || item.lease === 0n || this.leases.isKnown(item.lease)) continue;
      const key = this.format.keyOf(item.key);
      if (key === undefined || this.writes.ofPut(key, item.value)) continue;
      unknown ??= new Set();
      unknown.add(item.lease);
    }
    return [...(unknown ?? [])];
  }

  #apply({ events, revision }: WatchReply): void {
    for (const { item, isDeletion } of events) {
      const key = this.format.keyOf(item.key);
      if (key === undefined) continue;
      const before = super.get(key);
      const event = isDeletion ? this.#removed(key, item, before) : this.#written(key, item, before);
      if (!event) continue;
      this.place(key, event.before, event.type === 'deleted' ? undefined : event.now);
      if (event.type !== 'deleted') this.expiry.add(event.now);
      if (before) this.expiry.forget(before);
      this.newest = item.modRevision;
      this.log.append(event);
    }
    // With changes, the revision of the reply may be that of others which are still on their way.
    this.newest = Math.max(this.newest, events.at(-1)?.item.modRevision ?? revision);
    this.arrivals.reached(this.newest);
  }

  #removed(key: string, { modRevision }: KeyValue, before: StoredObject | undefined): StoredEvent | undefined {
    this.#broken.mend(key);
    if (!before) return undefined;
    const now = atRevision(before, modRevision);
    const own = this.writes.ofDeletion(key);
    if (own) own.stored = now;
    return { type: 'deleted', now, before };
  }

  #written(key: string, item: KeyValue, before: StoredObject | undefined): StoredEvent | undefined {
    const own = this.writes.ofPut(key, item.value);
    let now: StoredObject;
    if (own?.put) {
      now = this.finished(key, item.modRevision, own.put.value, own.put.ttlMs);
      own.stored = now;
    } else {
      try {
        const value = this.format.decode(key, item.value);
        now = storedOf(key, item, before ? reuse<KubeObject>(value, before.value) : value, this.#parts);
      } catch (error) {
        this.#broken.add(key, { revision: item.modRevision, error: error as Error });
        return before && { type: 'deleted', now: atRevision(before, item.modRevision), before };
      }
    }
    this.#broken.mend(key);
    return before ? { type: 'updated', now, before } : { type: 'created', now };
  }

  /** What was written, as it is kept from then on. */
  protected finished(key: string, revision: number, value: KubeObject, ttlMs: number | undefined): StoredObject {
    // A copy: metadata that did not change is shared with the version before.
    value.metadata = { ...value.metadata, resourceVersion: String(revision) };
    const expiry: Expiry | undefined = ttlMs === undefined ? undefined : { ttlMs, atMs: steadyMs(this.clock) + ttlMs };
    return new StoredObject(key, revision, deepFreeze(value), expiry);
  }

  async #readAnew(): Promise<number> {
    this.#replies = [];
    const { revision, objects, broken } = await readContents(this.#parts, (key) => super.get(key));
    this.#broken.replace(broken);
    this.exchange(capturedOf(revision, objects), revision);
    this.arrivals.reached(revision);
    return revision;
  }
}

const noResult = (): void => undefined;
