/** What somebody waits for who has put off work for a moment. */
export type PutOff = 'retry' | 'time';

/**
 * Who is busy right now. Work queues, informers and journals say so here; `settle()` waits until nobody is.
 *
 * @example
 * const done = activity.begin('deployment default/web');
 * try { await reconcile(); } finally { done(); }
 */
export class Activity {
  readonly #busy = new Map<string, number>();
  /** How often, all together. */
  #count = 0;
  /** How many of these wait for a time of the cluster's clock. */
  #awaitingTime = 0;
  /** How many of these are at work, and not just put off. */
  #atWork = 0;
  #waiting: (() => void)[] = [];
  #waitingForWork: (() => void)[] = [];
  #waitingForAllButTime: (() => void)[] = [];

  /**
   * Marks `name` as busy until the returned function is called (once).
   * @param putOff it waits for a moment, and time may be moved on meanwhile: `retry` in real time as well, where time
   * stands still, and `time` for what the clock says
   */
  begin(name: string, putOff?: PutOff): () => void {
    this.#busy.set(name, (this.#busy.get(name) ?? 0) + 1);
    if (putOff === undefined) this.#atWork++;
    this.#count++;
    if (putOff === 'time') this.#awaitingTime++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      const left = (this.#busy.get(name) ?? 1) - 1;
      if (left > 0) this.#busy.set(name, left);
      else this.#busy.delete(name);
      if (putOff === undefined && --this.#atWork === 0) this.#waitingForWork = wakeAll(this.#waitingForWork);
      this.#count--;
      if (putOff === 'time') this.#awaitingTime--;
      if (!this.isBusyNow) this.#waitingForAllButTime = wakeAll(this.#waitingForAllButTime);
      if (this.#busy.size === 0) this.#waiting = wakeAll(this.#waiting);
    };
  }

  /** Whether somebody does something, or will before the clock says another time. */
  get isBusyNow(): boolean {
    return this.#count > this.#awaitingTime;
  }

  /** Names of everything that is busy, with how often each is. */
  busy(): ReadonlyMap<string, number> {
    return this.#busy;
  }

  /** Whether somebody does more than wait for a moment. */
  get isAtWork(): boolean {
    return this.#atWork > 0;
  }

  /** Resolves the next time that nothing is busy: at once if that is now. */
  async idle(): Promise<void> {
    if (this.#busy.size === 0) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The same, but for what only the clock can go on with. */
  async allButTime(): Promise<void> {
    if (!this.isBusyNow) return;
    await new Promise<void>((resolve) => this.#waitingForAllButTime.push(resolve));
  }

  /** The same, but for what only waits for a moment. */
  async workDone(): Promise<void> {
    if (this.#atWork === 0) return;
    await new Promise<void>((resolve) => this.#waitingForWork.push(resolve));
  }
}

function wakeAll(waiting: readonly (() => void)[]): [] {
  for (const wake of waiting) wake();
  return [];
}
