import type { Clock } from './clock.ts';

/** Somebody who is waited for. */
export interface Awaited {
  /** Called in each round. */
  look(): void;
}

/**
 * Looks again and again at all who are waited for: one timer however many they are, and none when there is nobody.
 * Whoever counts rounds does not take the time that a machine sleeps, or its clock is set by, for the client's.
 */
export class Rounds {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #awaited = new Set<Awaited>();
  #isGoing = false;

  constructor(clock: Clock, everyMs: number) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** After how many rounds that time has certainly passed: the first one may come at once. */
  within(durationMs: number): number {
    return Math.ceil(durationMs / this.#everyMs) + 1;
  }

  add(awaited: Awaited): void {
    this.#awaited.add(awaited);
    if (!this.#isGoing) this.#goOn();
  }

  remove(awaited: Awaited): void {
    this.#awaited.delete(awaited);
  }

  #goOn(): void {
    this.#isGoing = this.#awaited.size > 0;
    if (!this.#isGoing) return;
    this.#clock.schedule(this.#everyMs, () => {
      for (const awaited of this.#awaited) awaited.look();
      this.#goOn();
    });
  }
}
