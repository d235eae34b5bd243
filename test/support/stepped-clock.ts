import { SimulatedClock } from './simulated-clock.ts';

/**
 * A machine whose clock somebody sets while time goes on: timers count what passes.
 *
 * @example
 * clock.step(-3_600_000); // an hour back
 */
export class SteppedClock extends SimulatedClock {
  #byMs = 0;

  override now(): number {
    return super.now() + this.#byMs;
  }

  get shiftedMs(): number {
    return this.#byMs;
  }

  step(byMs: number): void {
    this.#byMs += byMs;
  }
}
