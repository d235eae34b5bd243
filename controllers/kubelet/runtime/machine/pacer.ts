import { systemClock } from '../../../../server/base/clock.ts';
import { afterwards, nextTurn, rest } from '../../../../server/base/turn.ts';

/** How long programs of all containers together hold the event loop before everybody else has a turn. */
const TURN_MS = 5;
/** Asking for the time at every step would cost more than most steps. */
const STEPS_BETWEEN_LOOKS = 64;
/** After so many full turns in a row programs get half of the processor only. */
const TURNS_AT_FULL_SPEED = 20;

/** So many of those that wait go on at once: all of them share what is left of the turn. */
const BATCH = 16;

/**
 * Gives way. Programs call `step()` wherever they could go round for ever. Once the turn is used up they queue, and
 * each later turn of the event loop lets them go on in their order until the turn is used up again: those that have
 * little to do before they wait for something else are many in one turn.
 */
class Pacer {
  readonly #clock = systemClock();
  readonly #queue: (() => void)[] = [];
  #turnEndsMs = 0;
  #left = 0;
  #isSpent = false;
  #isScheduled = false;
  #turnsInRow = 0;

  /** @returns undefined when there is time left: nothing has to be awaited then */
  step(cost: number): Promise<void> | undefined {
    if (!this.#isSpent) {
      this.#left -= cost;
      if (this.#left > 0) return undefined;
      this.#left = STEPS_BETWEEN_LOOKS;
      if (this.#clock.now() < this.#turnEndsMs) return undefined;
      this.#isSpent = true;
    }
    const turn = new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#schedule();
    return turn;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const pause = this.#turnsInRow > TURNS_AT_FULL_SPEED ? rest(TURN_MS) : nextTurn();
    void pause.then(() => this.#begin());
  }

  #begin(): void {
    this.#isScheduled = false;
    this.#isSpent = false;
    this.#left = STEPS_BETWEEN_LOOKS;
    this.#turnEndsMs = this.#clock.now() + TURN_MS;
    this.#goOn();
  }

  /** Comes again when those that it has let go on have all done what they can do now. */
  readonly #goOn = (): void => {
    if (!this.#isSpent && this.#queue.length > 0 && this.#clock.now() < this.#turnEndsMs) {
      for (const resume of this.#queue.splice(0, BATCH)) resume();
      afterwards(this.#goOn);
      return;
    }
    if (this.#queue.length > 0) {
      this.#turnsInRow++;
      this.#schedule();
    } else void this.#lookWhetherDone();
  };

  /** A single program that goes round queues again only after this turn. */
  async #lookWhetherDone(): Promise<void> {
    await nextTurn();
    if (this.#isScheduled) this.#turnsInRow++;
    else this.#turnsInRow = 0;
  }
}

/** Shared by all machines, because they share one event loop. */
export const pacer = new Pacer();
