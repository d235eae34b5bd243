import type { Cancel, TimerKind } from './clock.ts';

/** A timer that has not run yet. */
export interface PendingTimer {
  dueMs: number;
  /** In which order they were set. */
  readonly number: number;
  readonly kind: TimerKind;
  readonly run: () => void;
  /** Takes back the timer of the machine that will run it, if there is one. */
  disarm: Cancel | undefined;
  isOver: boolean;
}

const isBefore = (a: PendingTimer, b: PendingTimer): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.number < b.number);

/** Timers in the order in which they are due. Those that are over are dropped when they come to the top. */
export class TimerHeap {
  #timers: PendingTimer[];

  constructor(timers: Iterable<PendingTimer>) {
    // A sorted list is a heap.
    this.#timers = [...timers].sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  push(timer: PendingTimer): void {
    const timers = this.#timers;
    let at = timers.length;
    timers.push(timer);
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = timers[parentAt] as PendingTimer;
      if (!isBefore(timer, parent)) break;
      timers[at] = parent;
      at = parentAt;
    }
    timers[at] = timer;
  }

  /** The one that is due first. */
  first(): PendingTimer | undefined {
    while (this.#timers[0]?.isOver) this.#drop();
    return this.#timers[0];
  }

  #drop(): void {
    const timers = this.#timers;
    const last = timers.pop();
    if (!last || timers.length === 0) return;
    let at = 0;
    for (;;) {
      const leftAt = 2 * at + 1;
      const [left, right] = [timers[leftAt], timers[leftAt + 1]];
      if (!left) break;
      const [childAt, child] = right && isBefore(right, left) ? [leftAt + 1, right] : [leftAt, left];
      if (!isBefore(child, last)) break;
      timers[at] = child;
      at = childAt;
    }
    timers[at] = last;
  }
}
