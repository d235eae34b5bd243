/** A map that iterates in the order of its keys: sorted chunks, so that inserting among many keys moves few. */
const CHUNK_KEYS = 512;

interface Chunk<Value> {
  /** Of the map that may write to it; all others that have it make a copy first. */
  readonly owner: object;
  keys: string[];
  values: Value[];
}

const SURROGATE = /[\ud800-\udfff]/;

/**
 * etcd's order of keys: that of their bytes in UTF-8. UTF-16 has the same but for characters beyond the basic plane,
 * which names of roles may have.
 */
export function compareKeys(a: string, b: string): number {
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

type Compare = (a: string, b: string) => number;

const compareText: Compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** Index of the first key that is not smaller than `key`. */
function lowerBound(keys: readonly string[], key: string, compare: Compare): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(keys[middle] as string, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first key from `low` on that does not begin with `prefix`: those that do stand side by side. */
function firstWithout(keys: readonly string[], prefix: string, low: number): number {
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as string).startsWith(prefix)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Copies share their chunks until one of them writes to one. */
export class SortedMap<Value> {
  #owner = {};
  #byKey = new Map<string, Value>();
  #chunks: Chunk<Value>[] = [];
  /** The quick comparison is right until the first key that needs the other one. */
  #compare: Compare = compareText;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): Value | undefined {
    return this.#byKey.get(key);
  }

  set(key: string, value: Value): void {
    const known = this.#byKey.has(key);
    this.#byKey.set(key, value);
    if (!known && SURROGATE.test(key)) this.#compare = compareKeys;
    const chunk = this.#ownChunk(this.#chunkFor(key));
    if (!chunk) {
      this.#chunks.push({ owner: this.#owner, keys: [key], values: [value] });
      return;
    }
    const at = lowerBound(chunk.keys, key, this.#compare);
    if (known) {
      chunk.values[at] = value;
      return;
    }
    chunk.keys.splice(at, 0, key);
    chunk.values.splice(at, 0, value);
    if (chunk.keys.length > CHUNK_KEYS) this.#split(chunk);
  }

  delete(key: string): boolean {
    if (!this.#byKey.delete(key)) return false;
    const index = this.#chunkFor(key);
    const chunk = this.#ownChunk(index);
    if (!chunk) return false;
    const at = lowerBound(chunk.keys, key, this.#compare);
    chunk.keys.splice(at, 1);
    chunk.values.splice(at, 1);
    if (chunk.keys.length === 0) this.#chunks.splice(index, 1);
    return true;
  }

  /** Another map of the same content. */
  copy(): SortedMap<Value> {
    const copy = new SortedMap<Value>();
    copy.#byKey = new Map(this.#byKey);
    copy.#chunks = this.#chunks.slice();
    copy.#compare = this.#compare;
    this.#owner = {}; // what it wrote so far is the copy's too
    return copy;
  }

  /**
   * What may differ between this map and `other`: a map and its copy skip all chunks that neither has written to since.
   * A key of a chunk that both have cannot be in another chunk of either.
   */
  *notSharedWith(other: SortedMap<Value> | undefined): Generator<[string, Value]> {
    const shared = new Set(other ? other.#chunks : []);
    for (const chunk of this.#chunks) {
      if (shared.has(chunk)) continue;
      for (const [i, key] of chunk.keys.entries()) yield [key, chunk.values[i] as Value];
    }
  }

  /** Values whose keys begin with `prefix`, from the key `from` on. */
  *from(prefix: string, from = prefix): Generator<[string, Value]> {
    const start = this.#compare(from, prefix) > 0 ? from : prefix;
    for (let c = this.#chunkFor(start); c < this.#chunks.length; c++) {
      const chunk = this.#chunks[c] as Chunk<Value>;
      for (let i = lowerBound(chunk.keys, start, this.#compare); i < chunk.keys.length; i++) {
        const key = chunk.keys[i] as string;
        if (!key.startsWith(prefix)) return;
        yield [key, chunk.values[i] as Value];
      }
    }
  }

  /** How many values {@link from} has, without going through them. */
  count(prefix: string, from = prefix): number {
    const start = this.#compare(from, prefix) > 0 ? from : prefix;
    let count = 0;
    for (let c = this.#chunkFor(start); c < this.#chunks.length; c++) {
      const { keys } = this.#chunks[c] as Chunk<Value>;
      const first = lowerBound(keys, start, this.#compare);
      if (first === keys.length) continue;
      const isWhole = (keys.at(-1) as string).startsWith(prefix);
      const end = isWhole ? keys.length : firstWithout(keys, prefix, first);
      count += end - first;
      if (!isWhole) break;
    }
    return count;
  }

  /** The chunk that holds `key` or would: the last one that begins at or before it. */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare((this.#chunks[middle] as Chunk<Value>).keys[0] as string, key) <= 0) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }

  /** The chunk at `index`, to write to. */
  #ownChunk(index: number): Chunk<Value> | undefined {
    const chunk = this.#chunks[index];
    if (!chunk || chunk.owner === this.#owner) return chunk;
    const copy = { owner: this.#owner, keys: chunk.keys.slice(), values: chunk.values.slice() };
    this.#chunks[index] = copy;
    return copy;
  }

  #split(chunk: Chunk<Value>): void {
    const half = chunk.keys.length >>> 1;
    const right = { owner: this.#owner, keys: chunk.keys.splice(half), values: chunk.values.splice(half) };
    this.#chunks.splice(this.#chunks.indexOf(chunk) + 1, 0, right);
  }
}
