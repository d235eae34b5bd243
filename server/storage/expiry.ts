import type { Cancel, Clock } from '../base/clock.ts';
import type { StoredObject } from './stored-object.ts';

interface Expiry {
  readonly key: string;
  readonly uid: string | undefined;
  readonly atMs: number;
}

/**
 * Objects that live for a time only (Events, an hour). One timer for all of them: nearly all have the same time to
 * live, so the queue stays in order by itself.
 */
export class ExpiryQueue {
  readonly #clock: Clock;
  readonly #remove: (key: string, uid: string | undefined) => void;
  #queue: Expiry[] = [];
  #cancel: Cancel | undefined;

  /** `remove` is called for each object whose time is over; it has to look whether it is still the same one. */
  constructor(clock: Clock, remove: (key: string, uid: string | undefined) => void) {
    this.#clock = clock;
    this.#remove = remove;
  }

  add(object: StoredObject, ttlMs: number): void {
    const entry = { key: object.key, uid: object.value.metadata.uid, atMs: this.#clock.now() + ttlMs };
    const last = this.#queue.at(-1);
    this.#queue.push(entry);
    if (last && last.atMs > entry.atMs) this.#queue.sort((a, b) => a.atMs - b.atMs);
    if (!this.#cancel || this.#queue[0] === entry) this.#arm();
  }

  close(): void {
    this.#cancel?.();
    this.#queue = [];
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
    while (due < this.#queue.length && (this.#queue[due] as Expiry).atMs <= nowMs) due++;
    const over = this.#queue.splice(0, due);
    for (const { key, uid } of over) this.#remove(key, uid);
    this.#arm();
  }
}
