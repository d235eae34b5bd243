/**
 * Who is busy right now. Work queues, informers and journals say so here; `settle()` waits until nobody is.
 *
 * @example
 * const done = activity.begin('deployment default/web');
 * try { await reconcile(); } finally { done(); }
 */
export class Activity {
  readonly #busy = new Map<string, number>();
  #waiting: (() => void)[] = [];

  /** Marks `name` as busy until the returned function is called (once). */
  begin(name: string): () => void {
    this.#busy.set(name, (this.#busy.get(name) ?? 0) + 1);
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      const left = (this.#busy.get(name) ?? 1) - 1;
      if (left > 0) this.#busy.set(name, left);
      else this.#busy.delete(name);
      if (this.#busy.size === 0) this.#wake();
    };
  }

  /** Names of everything that is busy, with how often each is. */
  busy(): ReadonlyMap<string, number> {
    return this.#busy;
  }

  /** Resolves the next time that nothing is busy: at once if that is now. */
  async idle(): Promise<void> {
    if (this.#busy.size === 0) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
