import type { Cancel, Clock } from '../../server/base/clock.ts';
import { nextTurn } from '../../server/base/turn.ts';

interface Timer {
  readonly atMs: number;
  readonly run: () => void;
}

/**
 * A clock that only moves when a test says so.
 *
 * @example
 * const clock = new SimulatedClock();
 * await clock.advance(60_000);
 */
export class SimulatedClock implements Clock {
  readonly simulated = true;
  #nowMs: number;
  #timers: Timer[] = [];

  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, run: () => void): Cancel {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), run };
    const after = this.#timers.findIndex(({ atMs }) => atMs > timer.atMs);
    this.#timers.splice(after < 0 ? this.#timers.length : after, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Runs what is due in the next `ms` milliseconds, in order; whoever is woken goes on before the next timer fires. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      await nextTurn();
      const [timer] = this.#timers;
      if (!timer || timer.atMs > endMs) break;
      this.#timers.shift();
      this.#nowMs = Math.max(this.#nowMs, timer.atMs);
      timer.run();
    }
    this.#nowMs = endMs;
  }
}
