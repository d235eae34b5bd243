/** The objects of a custom resource as one version has them, when a webhook converts between versions. */
import type { Cancel } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import { ApiError, internalError } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import { filtered } from '../../storage/event-log.ts';
import type {
  Change,
  ListRequest,
  Preconditions,
  Storage,
  StoredEvent,
  StoredPage,
  WatchRequest,
  WatchSink,
} from '../../storage/storage.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import { notDecodable, storeReadError, undecodable } from './conversion/read-errors.ts';
import { Unconverted } from './conversion/unconverted.ts';
import type { ConvertingCodec } from './version-codec.ts';
import { VersionedStorage } from './versioned-storage.ts';

/**
 * Reads throw {@link Unconverted} when something has to be converted first; writes, which take their time anyway,
 * convert as they go, and so do watches.
 */
export class ConvertedStorage extends VersionedStorage {
  readonly #raw: Storage;
  readonly #codec: ConvertingCodec;
  readonly #begin: (name: string) => () => void;
  /** Events that watchers wait for. */
  readonly #underWay = new Set<Promise<void>>();

  /** @param begin marks that watchers wait for something, until it is called back */
  constructor(storage: Storage, codec: ConvertingCodec, begin = (_name: string) => (): void => undefined) {
    super(storage, codec);
    this.#raw = storage;
    this.#codec = codec;
    this.#begin = begin;
  }

  override get(key: string): StoredObject | undefined {
    const stored = this.#raw.get(key);
    if (stored && !this.#codec.isPrepared(stored.value)) throw new Unconverted(() => this.#prepareOne(stored));
    return super.get(key);
  }

  override list(prefix: string, request: ListRequest = {}): StoredPage {
    const { where, limit: _limit, ...everything } = request;
    const { items } = this.#raw.list(prefix, where ? everything : request);
    const wanting = items.filter(({ value }) => !this.#codec.isPrepared(value));
    if (wanting.length > 0) throw new Unconverted(() => this.#prepareList(wanting));
    return super.list(prefix, request);
  }

  override watch(prefix: string, { where, ...request }: WatchRequest, sink: WatchSink): Cancel {
    return this.watches.add(sink, (open) => {
      let last: Promise<void> | undefined;
      const deliver = (batch: readonly StoredEvent[]): void => {
        const events = batch.map((event) => this.viewed(event)).flatMap((event) => seen(event, where));
        if (events.length > 0) open.events(events);
      };
      const cancel = this.#raw.watch(prefix, request, {
        events: (batch) => {
          if (!last && this.#wanting(batch).length === 0) return deliver(batch);
          const done = this.#begin('delivery of converted events');
          const turn: Promise<void> = (last ?? Promise.resolve())
            .then(() => this.#prepareEvents(batch))
            .then(() => deliver(batch))
            .catch(() => {
              // As upstream's watch cache does: who follows reads everything again, and is told then.
              cancel();
              open.end('closed');
            })
            .finally(() => {
              this.#underWay.delete(turn);
              done();
              if (last === turn) last = undefined;
            });
          last = turn;
          this.#underWay.add(turn);
        },
        end: (reason) => open.end(reason),
      });
      return cancel;
    });
  }

  override async create(key: string, value: KubeObject, options?: { ttlMs?: number }): Promise<StoredObject> {
    const stored = await this.#raw.create(key, await this.#codec.storedLater(value), options);
    return this.#written(stored);
  }

  override async guaranteedUpdate(key: string, expect: Preconditions, change: Change): Promise<StoredObject> {
    const stored = await this.#raw.guaranteedUpdate(key, expect, async (current) => {
      await this.#prepareOne(current);
      const next = await change(this.view(current));
      return next === 'delete' ? next : this.#codec.storedLater(next);
    });
    return this.#written(stored);
  }

  override async rehearse(value: KubeObject): Promise<KubeObject> {
    const stored = (await this.#codec.storedLater(value)) as Frozen<KubeObject>;
    const [failure] = await this.#codec.prepare([stored]);
    if (failure) throw new ApiError(500, '', failure.message);
    return this.#codec.shown(stored) as KubeObject;
  }

  override async refresh(key: string): Promise<void> {
    const stored = this.#raw.get(key);
    if (!stored) return;
    await this.#prepareOne(stored, true);
    this.forget(stored);
  }

  override delivering(): Promise<unknown> | undefined {
    return this.#underWay.size > 0 ? Promise.all(this.#underWay) : undefined;
  }

  async #written(stored: StoredObject): Promise<StoredObject> {
    const [failure] = await this.#codec.prepare([stored.value]);
    if (failure) throw new ApiError(500, '', notDecodable(stored.revision, failure));
    return this.view(stored);
  }

  async #prepareOne(stored: StoredObject, anew = false): Promise<void> {
    const [failure] = await this.#codec.prepare([stored.value], anew);
    if (failure) throw internalError(undecodable(stored, failure));
  }

  async #prepareList(wanting: readonly StoredObject[]): Promise<void> {
    const failures = await this.#codec.prepare(wanting.map(({ value }) => value));
    const failed = wanting.flatMap((stored, i) => (failures[i] ? [undecodable(stored, failures[i])] : []));
    const [first] = wanting;
    if (failed.length > 0 && first) throw storeReadError(first.key, failed);
  }

  #wanting(batch: readonly StoredEvent[]): Frozen<KubeObject>[] {
    const values = batch.flatMap(({ now, before }) => (before ? [before.value, now.value] : [now.value]));
    return values.filter((value) => !this.#codec.isPrepared(value));
  }

  /** @throws Error when something cannot be converted */
  async #prepareEvents(batch: readonly StoredEvent[]): Promise<void> {
    const failures = await this.#codec.prepare(this.#wanting(batch));
    const failure = failures.find((error) => error !== undefined);
    if (failure) throw failure;
  }
}

function seen(event: StoredEvent, where: WatchRequest['where']): StoredEvent[] {
  const kept = where ? filtered(event, where) : event;
  return kept ? [kept] : [];
}
