import { systemClock } from '../../../../server/base/clock.ts';
import { afterwards, nextTurn, rest } from '../../../../server/base/turn.ts';

/** How long programs of all containers together hold the event loop before everybody else has a turn. */
const TURN_MS = 5;
/** Asking for the time at every step would cost more than most steps. */
const STEPS_BETWEEN_LOOKS = 64;
/** What programs may have used beyond half of the processor before they get no more than half of it. */
const CREDIT_MS = 100;
/** So many of those that wait go on at once: all of them share what is left of the turn. */
const BATCH = 16;

/**
 * Gives way. Programs call `step()` wherever they could go round for ever. In each turn of the event loop they have so
 * much time together; once it is used up they queue, and each later turn lets them go on in their order until it is
 * used up again: those that have little to do before they wait for something else are many in one turn.
 */
class Pacer {
  readonly #clock = systemClock();
  readonly #queue: (() => void)[] = [];
  #hasBegun = false;
  #turnEndsMs = 0;
  #left = 0;
  #isSpent = false;
  /** What was used up beyond half of the time that has passed. */
  #debtMs = 0;
  #countedUntilMs = 0;

  /** @returns undefined when there is time left: nothing has to be awaited then */
  step(cost: number): Promise<void> | undefined {
    if (!this.#hasBegun) this.#begin();
    if (!this.#isSpent) {
      this.#left -= cost;
      if (this.#left > 0) return undefined;
      this.#left = STEPS_BETWEEN_LOOKS;
      if (this.#clock.now() < this.#turnEndsMs) return undefined;
      this.#isSpent = true;
    }
    return new Promise<void>((resolve) => this.#queue.push(resolve));
  }

  #begin(): void {
    this.#hasBegun = true;
    this.#isSpent = false;
    this.#left = STEPS_BETWEEN_LOOKS;
    this.#turnEndsMs = this.#clock.now() + TURN_MS;
    void nextTurn().then(() => this.#end());
  }

  /** The event loop has been elsewhere. */
  #end(): void {
    const nowMs = this.#clock.now();
    const passedMs = Math.max(0, nowMs - this.#countedUntilMs);
    this.#countedUntilMs = nowMs;
    this.#debtMs = Math.max(0, this.#debtMs - passedMs / 2) + (this.#isSpent ? TURN_MS : 0);
    this.#hasBegun = false;
    if (this.#queue.length === 0) return;
    if (this.#debtMs <= CREDIT_MS) {
      this.#letGoOn();
      return;
    }
    // Whoever comes meanwhile has to wait, too.
    this.#hasBegun = true;
    this.#isSpent = true;
    void rest(TURN_MS).then(() => this.#letGoOn());
  }

  #letGoOn(): void {
    this.#begin();
    this.#release();
  }

  /** Comes again when those that it has let go on have all done what they can do now. */
  readonly #release = (): void => {
    if (this.#isSpent || this.#queue.length === 0 || this.#clock.now() >= this.#turnEndsMs) return;
    for (const resume of this.#queue.splice(0, BATCH)) resume();
    afterwards(this.#release);
  };
}

/** Shared by all machines, because they share one event loop. */
export const pacer = new Pacer();
