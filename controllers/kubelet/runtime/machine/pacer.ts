import { systemClock } from '../../../../server/base/clock.ts';
import { nextTurn, rest } from '../../../../server/base/turn.ts';

/** How long programs of all containers together hold the event loop before everybody else has a turn. */
const TURN_MS = 5;
/** Asking for the time at every step would cost more than most steps. */
const STEPS_BETWEEN_LOOKS = 64;
/** After so many full turns in a row programs get half of the processor only. */
const TURNS_AT_FULL_SPEED = 20;

/**
 * Gives way. Programs call `step()` wherever they could go round for ever. Once the turn is used up they queue, and
 * each later turn of the event loop lets one of them go on until the turn is used up again.
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
    this.#queue.shift()?.();
    if (this.#queue.length > 0) {
      this.#turnsInRow++;
      this.#schedule();
    } else void this.#lookWhetherDone();
  }

  /** A single program that goes round queues again only after this turn. */
  async #lookWhetherDone(): Promise<void> {
    await nextTurn();
    if (this.#isScheduled) this.#turnsInRow++;
    else this.#turnsInRow = 0;
  }
}

/** Shared by all machines, because they share one event loop. */
export const pacer = new Pacer();
