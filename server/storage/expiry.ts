import { type Cancel, type Clock, steadyMs } from '../base/clock.ts';
import type { StoredObject } from './stored-object.ts';

/** So many are not worth looking for. */
const STALE_MIN = 256;

interface Due {
  readonly key: string;
  readonly atMs: number;
}

/**
 * Objects that live for a time only (Events, an hour). One timer for all of them: nearly all have the same time to
 * live, so the queue stays in order by itself.
 */
export class ExpiryQueue {
  readonly #clock: Clock;
  readonly #find: (key: string) => StoredObject | undefined;
  readonly #remove: (object: StoredObject) => void;
  #queue: Due[] = [];
  /** How many of the queue are of objects that have gone, or end later by now: at most. */
  #stale = 0;
  #cancel: Cancel | undefined;

  /**
   * @param find what there is under a key
   * @param remove called when the time of an object is over
   */
  constructor(clock: Clock, find: (key: string) => StoredObject | undefined, remove: (object: StoredObject) => void) {
    this.#clock = clock;
    this.#find = find;
    this.#remove = remove;
  }

  /** Remembers the end of an object that has one. It comes no sooner than `earliestMs`. */
  add({ key, expiry }: StoredObject, earliestMs = 0): void {
    if (!expiry) return;
    const atMs = Math.max(expiry.atMs, earliestMs);
    const at = this.#after(atMs);
    this.#queue.splice(at, 0, { key, atMs });
    if (at === 0) this.#arm();
  }

  /** An object that has an end is gone, or has another version that ends later. */
  forget({ expiry }: StoredObject): void {
    if (!expiry) return;
    this.#stale++;
    if (this.#stale < STALE_MIN || this.#stale < this.#queue.length / 2) return;
    this.#queue = this.#queue.filter((due) => this.#isRight(due));
    this.#stale = 0;
    this.#arm();
  }

  close(): void {
    this.#cancel?.();
    this.#queue = [];
  }

  /** Index of the first entry that ends later than `atMs`: nearly always the end of the queue. */
  #after(atMs: number): number {
    let low = 0;
    let high = this.#queue.length;
    if (high === 0 || (this.#queue[high - 1] as Due).atMs <= atMs) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#queue[middle] as Due).atMs <= atMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether the object ends then, or did and could not be removed. */
  #isRight({ key, atMs }: Due): boolean {
    const endMs = this.#find(key)?.expiry?.atMs;
    return endMs !== undefined && endMs <= atMs;
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const first = this.#queue[0];
    if (!first) return;
    this.#cancel = this.#clock.schedule(first.atMs - steadyMs(this.#clock), () => this.#run(), 'upkeep');
  }

  #run(): void {
    const nowMs = steadyMs(this.#clock);
    let due = 0;
    while (due < this.#queue.length && (this.#queue[due] as Due).atMs <= nowMs) due++;
    const over = this.#queue.splice(0, due);
    for (const { key } of over) {
      const object = this.#find(key);
      if (object?.expiry && object.expiry.atMs <= nowMs) this.#remove(object);
    }
    this.#arm();
  }
}
