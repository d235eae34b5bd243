import type { Frozen } from '../base/freeze.ts';
import type { KubeObject } from '../kube/object.ts';
import { LabelIndexes } from './label-indexes.ts';
import { compareKeys, type SortedMap } from './sorted-map.ts';
import { bucketOf, type Select } from './storage.ts';
import type { StoredObject } from './stored-object.ts';

/** The values under which an index finds an object. */
export type IndexFunction = (value: Frozen<KubeObject>) => readonly string[];

/** Index name → bucket → function. */
export type IndexDefinitions = Readonly<Record<string, Readonly<Record<string, IndexFunction>>>>;

/** Keys by the value of something else, so that a list for one node does not look at every pod. */
export class Indexes {
  readonly #definitions: IndexDefinitions;
  readonly #keys = new Map<string, Set<string>>();
  readonly #labels = new LabelIndexes();

  constructor(definitions: IndexDefinitions) {
    this.#definitions = definitions;
  }

  /** Follows a write: `before` leaves, `now` enters. */
  place(key: string, before: StoredObject | undefined, now: StoredObject | undefined): void {
    const bucket = bucketOf(key);
    this.#labels.place(bucket, key, before, now);
    for (const [index, buckets] of Object.entries(this.#definitions)) {
      const valuesOf = buckets[bucket];
      if (!valuesOf) continue;
      for (const value of before ? valuesOf(before.value) : []) this.#remove(nameOf(bucket, index, value), key);
      for (const value of now ? valuesOf(now.value) : []) this.#add(nameOf(bucket, index, value), key);
    }
  }

  /**
   * Sorted keys below `prefix`; undefined when there is no such index.
   *
   * @param objects all of the bucket
   */
  keys(prefix: string, select: Select, objects: SortedMap<StoredObject>): string[] | undefined {
    const keys = this.#select(bucketOf(prefix), select, objects);
    return keys && [...keys].filter((key) => key.startsWith(prefix)).sort(compareKeys);
  }

  #select(bucket: string, select: Select, objects: SortedMap<StoredObject>): Iterable<string> | undefined {
    if ('label' in select) return this.#labels.keys(bucket, select.label, select.value, objects);
    const { index, value } = select;
    if (!this.#definitions[index]?.[bucket]) return undefined;
    return this.#keys.get(nameOf(bucket, index, value)) ?? [];
  }

  #add(name: string, key: string): void {
    const keys = this.#keys.get(name);
    if (keys) keys.add(key);
    else this.#keys.set(name, new Set([key]));
  }

  /** Sets that became empty go: values such as uids never come again. */
  #remove(name: string, key: string): void {
    const keys = this.#keys.get(name);
    if (keys?.delete(key) && keys.size === 0) this.#keys.delete(name);
  }
}

const nameOf = (bucket: string, index: string, value: string): string => JSON.stringify([bucket, index, value]);
