import { getOwn } from '../base/freeze.ts';
import type { SortedMap } from './sorted-map.ts';
import type { StoredObject } from './stored-object.ts';

/** Looking at fewer objects than that takes less than keeping an index of them. */
const WORTH_OBJECTS = 500;
/** An index that leaves more than this part saves nothing: its keys have to be sorted. */
const WORTH_PART = 1 / 8;
/** Labels of a bucket that are kept in mind: those that were asked for last. */
const LABELS = 8;

type Keys = Map<string, Set<string>>;

const labelOf = (object: StoredObject | undefined, label: string): string | undefined =>
  getOwn(object?.value.metadata.labels, label);

/** Keys of objects by the value of a label, for the labels that somebody selects by. */
export class LabelIndexes {
  /** Bucket → label → value → keys. */
  readonly #buckets = new Map<string, Map<string, Keys>>();

  /** Follows a write: `before` leaves, `now` enters. */
  place(bucket: string, key: string, before: StoredObject | undefined, now: StoredObject | undefined): void {
    for (const [label, keys] of this.#buckets.get(bucket) ?? []) {
      const [was, is] = [labelOf(before, label), labelOf(now, label)];
      if (was === is) continue;
      if (was !== undefined) remove(keys, was, key);
      if (is !== undefined) add(keys, is, key);
    }
  }

  /** Keys of a bucket whose objects have the label with that value; undefined when all may as well be looked at. */
  keys(
    bucket: string,
    label: string,
    value: string,
    objects: SortedMap<StoredObject>,
  ): ReadonlySet<string> | undefined {
    if (objects.size < WORTH_OBJECTS) return undefined;
    const found = this.#of(bucket, label, objects).get(value) ?? new Set();
    return found.size > objects.size * WORTH_PART ? undefined : found;
  }

  #of(bucket: string, label: string, objects: SortedMap<StoredObject>): Keys {
    const labels = this.#buckets.get(bucket) ?? new Map<string, Keys>();
    this.#buckets.set(bucket, labels);
    const known = labels.get(label);
    const keys = known ?? indexOf(label, objects);
    // The last one of the map is the one that was asked for last.
    if (known) labels.delete(label);
    labels.set(label, keys);
    const [oldest] = labels.keys();
    if (labels.size > LABELS && oldest !== undefined) labels.delete(oldest);
    return keys;
  }
}

function indexOf(label: string, objects: SortedMap<StoredObject>): Keys {
  const keys: Keys = new Map();
  for (const [key, object] of objects.from('')) {
    const value = labelOf(object, label);
    if (value !== undefined) add(keys, value, key);
  }
  return keys;
}

function add(keys: Keys, value: string, key: string): void {
  const there = keys.get(value);
  if (there) there.add(key);
  else keys.set(value, new Set([key]));
}

/** Sets that became empty go: values such as hashes of templates never come again. */
function remove(keys: Keys, value: string, key: string): void {
  const there = keys.get(value);
  if (there?.delete(key) && there.size === 0) keys.delete(value);
}
