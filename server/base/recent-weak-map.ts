/**
 * What is known of objects, for as long as they live and somebody asks now and then. A table of V8's own weak maps
 * stays as large as it once was, and each collection goes through it: those of ten thousand objects that are gone
 * should not be paid for by a server that has a hundred. What nobody asked for while `max` others came is forgotten, so
 * it has to be something that can be found out again.
 *
 * @example
 * const sizes = new RecentWeakMap<object, number>(4096);
 * sizes.set(pod, 3072);
 * sizes.get(pod); // 3072
 */
export class RecentWeakMap<Key extends object, Value> {
  readonly #max: number;
  #young = new WeakMap<Key, Value>();
  #old: WeakMap<Key, Value> | undefined;
  #added = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old?.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (++this.#added > this.#max) {
      this.#old = this.#young;
      this.#young = new WeakMap();
      this.#added = 1;
    }
    this.#young.set(key, value);
  }
}
