/** What becomes of Events that come in numbers: client-go/tools/record/events_cache.go. */
import type { Clock } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';

/** What is remembered of each kind, the longest unused goes first (maxLruCacheEntries). */
const REMEMBERED = 4096;

/** From this many Events on that only differ in their message, one stands for all of them. */
const SIMILAR_MAX = 10;
const SIMILAR_MS = 600 * 1000;

/** About one object a source may tell this much at once, and then something new every five minutes. */
const BURST = 25;
const REFILL_MS = 300 * 1000;

class RecentMap<V> {
  readonly #entries = new Map<string, V>();

  /** The value of a key, made if there is none. It counts as used. */
  get(key: string, make: () => V): V {
    const value = this.#entries.get(key) ?? make();
    this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= REMEMBERED) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }
}

/** What somebody wants to tell. */
export interface Told {
  readonly about: Frozen<KubeObject>;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly host: string;
  readonly fieldPath: string;
}

/** What is to be written: a new Event when `count` is 1, otherwise a higher count on the one that is there. */
export interface Observation {
  readonly name: string;
  readonly message: string;
  readonly count: number;
  readonly firstMs: number;
  /** Whether the Event stands for several that are alike. */
  readonly isCombined: boolean;
}

interface Group {
  messages: Set<string>;
  lastMs: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Counts, combines and drops Events before they are written. */
export class EventCorrelator {
  readonly #clock: Clock;
  readonly #groups = new RecentMap<Group>();
  readonly #buckets = new RecentMap<Bucket>();
  readonly #observed = new RecentMap<Observation | undefined>();
  readonly #nextNumber: () => number;

  /** @param nextNumber counts for all who name Events: two of them may tell of objects of one name at once */
  constructor(clock: Clock, nextNumber: () => number) {
    this.#nextNumber = nextNumber;
    this.#clock = clock;
  }

  /** `undefined` when the source tells too much about the object. */
  correlate(told: Told): Observation | undefined {
    const { about, type, reason, message, host, fieldPath } = told;
    const { name = '', uid = '' } = about.metadata;
    const nowMs = this.#clock.now();
    const source = JSON.stringify([host, about.apiVersion, about.kind, about.metadata.namespace, name, uid, type]);
    const similar = source + JSON.stringify(reason);
    const isCombined = this.#isOneOfMany(similar, message, nowMs);
    const key = isCombined ? similar : similar + JSON.stringify([fieldPath, message]);
    const before = this.#observed.get(key, () => undefined);
    const observation: Observation = {
      name: before?.name ?? this.#nameFor(name, nowMs),
      message: isCombined ? `(combined from similar events): ${message}` : message,
      count: (before?.count ?? 0) + 1,
      firstMs: before?.firstMs ?? nowMs,
      isCombined,
    };
    // What is dropped counts all the same.
    this.#observed.set(key, observation);
    return this.#hasRoom(source, nowMs) ? observation : undefined;
  }

  #isOneOfMany(similar: string, message: string, nowMs: number): boolean {
    const group = this.#groups.get(similar, () => ({ messages: new Set(), lastMs: nowMs }));
    if (nowMs - group.lastMs > SIMILAR_MS) group.messages = new Set();
    group.lastMs = nowMs;
    group.messages.add(message);
    if (group.messages.size < SIMILAR_MAX) return false;
    // One is forgotten, so that the set does not grow; upstream takes any.
    for (const any of group.messages) {
      group.messages.delete(any);
      break;
    }
    return true;
  }

  #hasRoom(source: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(source, () => ({ tokens: BURST, atMs: nowMs }));
    bucket.tokens = Math.min(BURST, bucket.tokens + (nowMs - bucket.atMs) / REFILL_MS);
    bucket.atMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  /** client-go names Events by the time in nanoseconds; two of the same millisecond need two names. */
  #nameFor(name: string, nowMs: number): string {
    const nanoseconds = BigInt(nowMs) * 1_000_000n + BigInt(this.#nextNumber() % 1_000_000);
    return `${name}.${nanoseconds.toString(16)}`;
  }
}
