import type { Clock } from '../base/clock.ts';

/**
 * The time from a server's first connections until it is ready. Most of the work of a start is done without looking at
 * connections: who has one then asks some milliseconds too early, and would have to come back.
 *
 * @example
 * const beginning = new Beginning(clock);
 * setTimeout(() => beginning.end(), 10);
 * await beginning.soonOver(100);
 */
export class Beginning {
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();
  #isOver = false;

  /** @param clock the machine's */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  end(): void {
    this.#isOver = true;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Resolves once it is over, or when the time has passed; undefined if it is over. */
  soonOver(timeoutMs: number): Promise<void> | undefined {
    if (this.#isOver) return undefined;
    return new Promise((resolve) => {
      const cancel = this.#clock.schedule(timeoutMs, () => {
        this.#waiting.delete(over);
        resolve();
      });
      const over = (): void => {
        cancel();
        resolve();
      };
      this.#waiting.add(over);
    });
  }
}
