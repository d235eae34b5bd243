import type { Cancel, Clock } from '../base/clock.ts';
import type { StoredObject } from './stored-object.ts';

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
  readonly #remove: (key: string) => void;
  #queue: Due[] = [];
  #cancel: Cancel | undefined;

  /** `remove` is called when a time is over; it has to look whether the object of that key still ends then. */
  constructor(clock: Clock, remove: (key: string) => void) {
    this.#clock = clock;
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

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const first = this.#queue[0];
    if (!first) return;
    this.#cancel = this.#clock.schedule(first.atMs - this.#clock.now(), () => this.#run());
  }

  #run(): void {
    const nowMs = this.#clock.now();
    let due = 0;
    while (due < this.#queue.length && (this.#queue[due] as Due).atMs <= nowMs) due++;
    const over = this.#queue.splice(0, due);
    for (const { key } of over) this.#remove(key);
    this.#arm();
  }
}
