/**
 * Remembers what was used lately, and no more than `max` entries. Those that nobody asked for while half as many new
 * ones came are forgotten, so that what is used again and again stays, whatever comes only once.
 *
 * @example
 * const known = new RecentMap<string, number>(512);
 * known.set('a', 1);
 * known.get('a'); // 1
 */
export class RecentMap<Key, Value> {
  readonly #halfMax: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  constructor(max: number) {
    this.#halfMax = Math.max(1, Math.floor(max / 2));
  }

  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#halfMax && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
