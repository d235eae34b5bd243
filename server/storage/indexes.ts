import type { Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import { bucketOf } from './storage.ts';
import type { StoredObject } from './stored-object.ts';

/** The values under which an index finds an object. */
export type IndexFunction = (value: Frozen<KubeObject>) => readonly string[];

/** Index name → bucket → function. */
export type IndexDefinitions = Readonly<Record<string, Readonly<Record<string, IndexFunction>>>>;

/** Keys by the value of something else, so that a list for one node does not look at every pod. */
export class Indexes {
  readonly #definitions: IndexDefinitions;
  readonly #keys = new Map<string, Set<string>>();

  constructor(definitions: IndexDefinitions) {
    this.#definitions = definitions;
  }

  /** Follows a write: `before` leaves, `now` enters. */
  place(key: string, before: StoredObject | undefined, now: StoredObject | undefined): void {
    const bucket = bucketOf(key);
    for (const [index, buckets] of Object.entries(this.#definitions)) {
      const valuesOf = buckets[bucket];
      if (!valuesOf) continue;
      for (const value of before ? valuesOf(before.value) : []) this.#entry(bucket, index, value).delete(key);
      for (const value of now ? valuesOf(now.value) : []) this.#entry(bucket, index, value).add(key);
    }
  }

  /** Sorted keys below `prefix`; undefined when there is no such index. */
  keys(prefix: string, index: string, value: string): string[] | undefined {
    const bucket = bucketOf(prefix);
    if (!this.#definitions[index]?.[bucket]) return undefined;
    return [...this.#entry(bucket, index, value)].filter((key) => key.startsWith(prefix)).sort();
  }

  #entry(bucket: string, index: string, value: string): Set<string> {
    const name = JSON.stringify([bucket, index, value]);
    let keys = this.#keys.get(name);
    if (!keys) {
      keys = new Set();
      this.#keys.set(name, keys);
    }
    return keys;
  }
}
