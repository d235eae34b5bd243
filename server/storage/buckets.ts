/** What a storage holds, a sorted map for each bucket; states of it can be kept without copying. */

import { atRevision } from './event-log.ts';
import { SortedMap } from './sorted-map.ts';
import { bucketOf, type Captured, type StoredEvent } from './storage.ts';
import type { StoredObject } from './stored-object.ts';

type Bucket = SortedMap<StoredObject>;

/**
 * Buckets of objects. A captured state shares them with whoever goes on writing: who writes to a shared bucket first
 * makes a copy of it.
 */
export class Buckets {
  readonly #buckets: Map<string, Bucket>;
  readonly #shared: Set<string>;

  constructor(from?: Captured) {
    const shared = from instanceof CapturedBuckets ? from.buckets : undefined;
    this.#buckets = new Map(shared);
    this.#shared = new Set(this.#buckets.keys());
    if (from && !shared) for (const object of from.all()) this.set(object.key, object);
  }

  of(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  get(key: string): StoredObject | undefined {
    return this.#buckets.get(bucketOf(key))?.get(key);
  }

  set(key: string, object: StoredObject): void {
    this.#own(bucketOf(key)).set(key, object);
  }

  delete(key: string): void {
    this.#own(bucketOf(key)).delete(key);
  }

  *all(): Generator<StoredObject> {
    for (const bucket of this.#buckets.values()) for (const [, object] of bucket.from('')) yield object;
  }

  /** The state of this moment. */
  capture(revision: number): Captured {
    return this.#captured(revision);
  }

  #captured(revision: number): CapturedBuckets {
    for (const name of this.#buckets.keys()) this.#shared.add(name);
    return new CapturedBuckets(new Map(this.#buckets), revision);
  }

  /** What would have to be written to get from here to `state`; deletions have the revision `revision`. */
  differences(state: Captured, revision: number): StoredEvent[] {
    const there = (state instanceof CapturedBuckets ? state : new Buckets(state).#captured(revision)).buckets;
    const events: StoredEvent[] = [];
    for (const [name, bucket] of this.#buckets) {
      const wanted = there.get(name);
      for (const [key, before] of bucket.notSharedWith(wanted))
        if (!wanted?.get(key)) events.push({ type: 'deleted', now: atRevision(before, revision), before });
    }
    for (const [name, wanted] of there) {
      const bucket = this.#buckets.get(name);
      for (const [key, now] of wanted.notSharedWith(bucket)) {
        const before = bucket?.get(key);
        if (before === now) continue;
        events.push(before ? { type: 'updated', now, before } : { type: 'created', now });
      }
    }
    return events;
  }

  /** A bucket that nobody else reads. */
  #own(name: string): Bucket {
    let bucket = this.#buckets.get(name);
    if (bucket && !this.#shared.has(name)) return bucket;
    bucket = bucket ? bucket.copy() : new SortedMap();
    this.#shared.delete(name);
    this.#buckets.set(name, bucket);
    return bucket;
  }
}

/** A state that is made of its objects. */
export function capturedOf(revision: number, objects: Iterable<StoredObject>): Captured {
  const buckets = new Buckets();
  for (const object of objects) buckets.set(object.key, object);
  return buckets.capture(revision);
}

class CapturedBuckets implements Captured {
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly revision: number;

  constructor(buckets: ReadonlyMap<string, Bucket>, revision: number) {
    this.buckets = buckets;
    this.revision = revision;
  }

  get size(): number {
    let size = 0;
    for (const bucket of this.buckets.values()) size += bucket.size;
    return size;
  }

  get(key: string): StoredObject | undefined {
    return this.buckets.get(bucketOf(key))?.get(key);
  }

  *all(): Generator<StoredObject> {
    for (const bucket of this.buckets.values()) for (const [, object] of bucket.from('')) yield object;
  }
}
