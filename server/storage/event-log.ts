import { type Cancel, type Clock, realOf } from '../base/clock.ts';
import { deepFreeze, type Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import { type History, USUAL_HISTORY } from './history.ts';
import {
  bucketOf,
  type DatedEvent,
  type Predicate,
  StorageError,
  type StoredEvent,
  type WatchRequest,
  type WatchSink,
} from './storage.ts';
import { StoredObject } from './stored-object.ts';

interface Watcher {
  readonly prefix: string;
  readonly where: Predicate | undefined;
  readonly sink: WatchSink;
  readonly lasting: boolean;
  /** Events up to this revision are known to the watcher. */
  seen: number;
  /** Events from before the watch that it has not been handed yet: they go first. */
  missed: readonly StoredEvent[];
}

/** The bucket of the empty prefix, under which those stand who watch everything. */
const EVERY_BUCKET = '';

/**
 * Recent events in order: replays them to watchers that resume, hands new ones to all watchers, and tells the state of
 * a past revision. Watchers are called in a microtask after the write, with everything that the turn wrote.
 */
export class EventLog {
  readonly #clock: Clock;
  /** What the cluster's clock shows, which tests move. */
  readonly #shown: Clock;
  readonly #history: History;
  #events: (DatedEvent | undefined)[] = [];
  /** Index of the oldest kept event: cutting the array at each write would move all of it. */
  #start = 0;
  /** Nothing at or before this revision can be replayed. */
  #oldest: number;
  readonly #watchers = new Map<string, Set<Watcher>>();
  #pending: StoredEvent[] = [];
  #cancelTrim: Cancel | undefined;

  constructor(clock: Clock, revision: number, history: History = USUAL_HISTORY) {
    // Those who come back to a watch do so in real time.
    this.#clock = realOf(clock);
    this.#shown = clock;
    this.#history = history;
    this.#oldest = revision;
  }

  append(event: StoredEvent): void {
    const atMs = this.#clock.now();
    const aheadMs = this.#shown === this.#clock ? 0 : this.#shown.now() - atMs;
    this.#events.push({ event, atMs, aheadMs });
    this.#trim(atMs);
    this.#cancelTrim ??= this.#trimLater(this.#history.ageMs);
    if (this.#watchers.size === 0) {
      event.before?.forgetBytes();
      return;
    }
    if (this.#pending.length === 0) queueMicrotask(() => this.flush());
    this.#pending.push(event);
  }

  /** Hands out what is pending now: a bookmark must not overtake an event. */
  flush(): void {
    const batch = this.#pending;
    if (batch.length === 0) return;
    this.#pending = [];
    const buckets = new Set<string>([EVERY_BUCKET]);
    for (const event of batch) buckets.add(bucketOf(event.now.key));
    for (const bucket of buckets) {
      for (const watcher of this.#watchers.get(bucket) ?? []) this.#deliver(watcher, batch);
    }
    for (const { before } of batch) before?.forgetBytes();
  }

  /** Whether some watcher has not been handed something yet. */
  get busy(): boolean {
    return this.#pending.length > 0;
  }

  /** @throws StorageError `expired` when events after `after` are gone */
  watch(prefix: string, { after, where, lasting = false }: WatchRequest, sink: WatchSink): Cancel {
    if (after < this.#oldest) throw new StorageError('expired', prefix, String(this.#oldest));
    const watcher: Watcher = { prefix, where, sink, lasting, seen: after, missed: this.#since(after) };
    const bucket = bucketOf(prefix);
    const watchers = this.#watchers.get(bucket) ?? new Set();
    this.#watchers.set(bucket, watchers);
    watchers.add(watcher);
    if (watcher.missed.length > 0) queueMicrotask(() => watchers.has(watcher) && this.#deliver(watcher, []));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#watchers.get(bucket) === watchers) this.#watchers.delete(bucket);
    };
  }

  /**
   * What the keys that changed after `revision` held then: `undefined` for those that did not exist.
   * @throws StorageError `expired`
   */
  statesAt(prefix: string, revision: number): Map<string, StoredObject | undefined> {
    if (revision < this.#oldest) throw new StorageError('expired', prefix, String(this.#oldest));
    const states = new Map<string, StoredObject | undefined>();
    for (const event of this.#since(revision).reverse()) {
      if (event.now.key.startsWith(prefix)) states.set(event.now.key, event.before);
    }
    return states;
  }

  /** The events of one key, oldest first, of which it is known when they happened. */
  history(key: string): DatedEvent[] {
    return this.#events
      .slice(this.#start)
      .filter((logged): logged is DatedEvent => logged?.event.now.key === key && !logged.isRecalled);
  }

  /** Everything that happened after this revision is known. */
  get oldest(): number {
    return this.#oldest;
  }

  /** How many more events there may be. */
  get room(): number {
    return this.#history.events - this.size;
  }

  /** How many events are kept. */
  get size(): number {
    return this.#events.length - this.#start;
  }

  /** What happened after `revision` and up to {@link oldest}; it is kept as long as if it happened now. */
  recall(revision: number, events: readonly StoredEvent[]): void {
    const atMs = this.#clock.now();
    const recalled = events.map((event): DatedEvent => ({ event, atMs, aheadMs: 0, isRecalled: true }));
    this.#events = [...recalled, ...this.#events.slice(this.#start)];
    this.#start = 0;
    this.#oldest = revision;
    this.#cancelTrim ??= this.#trimLater(this.#history.ageMs);
  }

  /** Forgets every event up to `revision`, as a compaction does. */
  compact(revision: number): void {
    while (
      this.#start < this.#events.length &&
      (this.#events[this.#start] as DatedEvent).event.now.revision <= revision
    )
      this.#dropOldest();
    this.#oldest = Math.max(this.#oldest, revision);
  }

  /**
   * Forgets everything and ends all watches: what they saw does not count, and nobody can resume. Lasting ones go on
   * with the differences between what they saw and what there is now.
   */
  reset(revision: number, differences: readonly StoredEvent[]): void {
    const pending = this.#pending;
    this.#pending = [];
    this.#events = [];
    this.#start = 0;
    this.#oldest = revision;
    const watchers = [...this.#watchers.values()].flatMap((bucket) => [...bucket]);
    this.#endAll((watcher) => !watcher.lasting);
    for (const watcher of watchers) {
      if (!watcher.lasting) continue;
      this.#deliver(watcher, pending);
      watcher.seen = revision;
      const { prefix, where, sink } = watcher;
      const events = differences
        .filter(({ now }) => now.key.startsWith(prefix))
        .flatMap((event) => (where ? (filtered(event, where) ?? []) : event));
      if (events.length > 0) sink.events(events);
    }
  }

  close(): void {
    this.#cancelTrim?.();
    this.flush();
    this.#endAll();
  }

  #endAll(isMeant: (watcher: Watcher) => boolean = () => true): void {
    const watchers = [...this.#watchers].flatMap(([name, bucket]) =>
      [...bucket].filter(isMeant).map((watcher) => ({ name, bucket, watcher })),
    );
    for (const { name, bucket, watcher } of watchers) {
      if (!bucket.delete(watcher)) continue;
      if (bucket.size === 0 && this.#watchers.get(name) === bucket) this.#watchers.delete(name);
      watcher.sink.end('closed');
    }
  }

  #since(revision: number): StoredEvent[] {
    let low = this.#start;
    let high = this.#events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#events[middle] as DatedEvent).event.now.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#events.slice(low).map((logged) => (logged as DatedEvent).event);
  }

  #deliver(watcher: Watcher, batch: readonly StoredEvent[]): void {
    const { missed } = watcher;
    watcher.missed = [];
    const events: StoredEvent[] = [];
    // Those of one revision come together: objects whose time is over go at once in etcd.
    for (const part of missed.length > 0 ? [missed, batch] : [batch]) {
      const { seen } = watcher;
      for (const event of part) {
        if (event.now.revision <= seen || !event.now.key.startsWith(watcher.prefix)) continue;
        watcher.seen = event.now.revision;
        const shown = watcher.where ? filtered(event, watcher.where) : event;
        if (shown) events.push(shown);
      }
    }
    if (events.length > 0) watcher.sink.events(events);
  }

  #trim(nowMs: number): void {
    const { events, ageMs } = this.#history;
    while (this.#events.length - this.#start > 1) {
      const tooMany = this.#events.length - this.#start > events;
      if (!tooMany && (this.#events[this.#start] as DatedEvent).atMs >= nowMs - ageMs) break;
      this.#dropOldest();
    }
  }

  /** A cluster in which nothing happens any more forgets too. */
  #trimLater(delayMs: number): Cancel {
    return this.#clock.schedule(delayMs, () => {
      const nowMs = this.#clock.now();
      this.#trim(nowMs);
      const oldest = this.#events[this.#start];
      const leftMs = oldest && oldest.atMs + this.#history.ageMs - nowMs;
      // Of the newest only, somebody else tells when it is followed by another one.
      this.#cancelTrim = leftMs !== undefined && leftMs >= 0 ? this.#trimLater(leftMs + 1) : undefined;
    });
  }

  #dropOldest(): void {
    this.#oldest = (this.#events[this.#start] as DatedEvent).event.now.revision;
    this.#events[this.#start] = undefined;
    this.#start++;
    if (this.#start < 1024 || this.#start < this.#events.length / 2) return;
    this.#events = this.#events.slice(this.#start);
    this.#start = 0;
  }
}

/** What a watcher with a predicate sees: an object that begins to match appears, one that stops matching goes. */
export function filtered(event: StoredEvent, where: Predicate): StoredEvent | undefined {
  const { type, now, before } = event;
  if (type === 'created') return where(now.value) ? event : undefined;
  if (type === 'deleted') return before && where(before.value) ? event : undefined;
  const [matched, matches] = [before !== undefined && where(before.value), where(now.value)];
  if (matched && matches) return event;
  if (matches) return { type: 'created', now };
  return matched && before ? { type: 'deleted', now: atRevision(before, now.revision), before } : undefined;
}

/** An old version with the revision of the event that ended it: clients take it for their place in the stream. */
export function atRevision(object: StoredObject, revision: number): StoredObject {
  const metadata = { ...object.value.metadata, resourceVersion: String(revision) };
  const value = deepFreeze({ ...object.value, metadata }) as Frozen<KubeObject>;
  return new StoredObject(object.key, revision, value);
}
