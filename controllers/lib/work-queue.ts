import type { Activity, PutOff } from '../../server/base/activity.ts';
import { type Cancel, type Clock, steadyMs, type TimerKind } from '../../server/base/clock.ts';
import type { Pace } from './pace.ts';

/** When a key wants to be worked on again, and what for. */
export interface Again {
  readonly againInMs: number;
  /** `retry` when it failed and will be tried again; else it is a time that the clock has to say. */
  readonly kind?: TimerKind;
}

export interface WorkQueueOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly activity: Activity;
  /** Shared by all queues of a process. */
  readonly pace: Pace;
  /** How many keys are worked on at once; never the same one twice. */
  readonly workers: number;
  /** Works on one key. Throwing means again, later each time. */
  readonly work: (key: string) => Promise<Again | undefined>;
  /** Told about every failure that will be tried again. */
  readonly onFailure: (key: string, error: unknown) => void;
}

/** What comes sooner than this is still the same work, which `settle()` waits for. */
const SOON_MS = 1000;

/** client-go's DefaultControllerRateLimiter: 5 ms, doubled each time. */
const FIRST_RETRY_MS = 5;
const LONGEST_RETRY_MS = 1000 * 1000;

/**
 * Keys that want work. A key that is added again while it waits counts once; while it is worked on, it runs once more
 * afterwards.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { readonly dueMs: number; readonly cancel: Cancel }>();
  readonly #busy = new Map<string, { readonly done: () => void; readonly putOff: PutOff | undefined }>();
  /** Keys that were added, and those that were to be added later (client-go's retries). */
  #adds = 0;
  #retries = 0;
  #stopped = false;
  #scheduled = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  add(key: string): void {
    if (this.#stopped) return;
    if (this.#running.has(key)) {
      if (!this.#again.has(key)) this.#adds++;
      this.#again.add(key);
      return;
    }
    if (this.#waiting.has(key)) return;
    this.#adds++;
    this.#wait(key);
  }

  #wait(key: string): void {
    this.#waiting.add(key);
    this.#begin(key);
    this.#schedule();
  }

  /** Adds a key later; an earlier time that is already set stays. Waiting for long does not count as being busy. */
  addAfter(key: string, delayMs: number, kind?: TimerKind): void {
    if (this.#stopped) return;
    this.#retries++;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const { clock } = this.#options;
    const dueMs = steadyMs(clock) + delayMs;
    const earlier = this.#timers.get(key);
    const isSoon = this.#isSoon(delayMs);
    const otherKind = kind === 'retry' ? undefined : kind;
    if (!earlier || earlier.dueMs > dueMs) {
      earlier?.cancel();
      const run = (): void => {
        this.#timers.delete(key);
        this.add(key);
      };
      this.#timers.set(key, { dueMs, cancel: clock.schedule(delayMs, run, isSoon ? kind : otherKind) });
    }
    if (isSoon && !this.#waiting.has(key) && !this.#running.has(key))
      this.#begin(key, kind === 'retry' ? 'retry' : 'time');
  }

  /** What it has counted, for metrics. */
  facts(): { readonly adds: number; readonly depth: number; readonly retries: number } {
    return { adds: this.#adds, depth: this.#waiting.size, retries: this.#retries };
  }

  stop(): void {
    this.#stopped = true;
    for (const { cancel } of this.#timers.values()) cancel();
    for (const { done } of this.#busy.values()) done();
    this.#busy.clear();
    this.#waiting.clear();
  }

  /** Resolves when what is worked on right now has been. */
  async finished(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  /** It is busy with a key from now on, or has put it off for a moment. */
  #begin(key: string, putOff?: PutOff): void {
    const before = this.#busy.get(key);
    if (before && before.putOff === putOff) return;
    this.#busy.set(key, { done: this.#options.activity.begin(`${this.#options.name} ${key}`, putOff), putOff });
    before?.done();
  }

  #end(key: string): void {
    this.#busy.get(key)?.done();
    this.#busy.delete(key);
  }

  /** Nobody can wait for a timer of a clock that stands still. */
  #isSoon(delayMs: number): boolean {
    return delayMs < SOON_MS && this.#options.clock.simulated !== true;
  }

  /** Work begins in a microtask of its own, so that several changes of one turn are one piece of work. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const key of this.#waiting) {
        if (this.#running.size >= this.#options.workers || this.#stopped) return;
        this.#waiting.delete(key);
        this.#running.set(key, this.#run(key));
      }
    });
  }

  async #run(key: string): Promise<void> {
    let laterMs: number | undefined;
    let kind: TimerKind | undefined;
    try {
      await this.#options.pace.step();
      const again = await this.#options.work(key);
      laterMs = again?.againInMs;
      kind = again?.kind;
      this.#failures.delete(key);
    } catch (error) {
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      laterMs = Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS);
      kind = 'retry';
      if (!this.#stopped) this.#options.onFailure(key, error);
    }
    this.#running.delete(key);
    const isAgain = this.#again.delete(key);
    // It was counted when it came.
    if (isAgain && !this.#stopped) this.#wait(key);
    else {
      if (laterMs !== undefined) this.addAfter(key, laterMs, kind);
      const busy = this.#busy.get(key);
      if (busy && busy.putOff === undefined && !this.#waiting.has(key)) this.#end(key);
    }
    if (this.#waiting.size > 0) this.#schedule();
  }
}
