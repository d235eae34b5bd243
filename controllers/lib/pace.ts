import { nextTurn } from '../../server/base/turn.ts';

/** Steps between two turns of the event loop: a few milliseconds of requests in the same process. */
const STEPS_MAX = 64;

/** Keeps long chains of requests in the same process from holding up everybody else. */
export class Pace {
  #steps = 0;
  #turn: Promise<void> | undefined;

  /** Resolves at once, or in the next turn when this one has had its share. Everyone who steps waits for that turn. */
  async step(): Promise<void> {
    if (++this.#steps <= STEPS_MAX) return;
    this.#turn ??= nextTurn().then(() => {
      this.#turn = undefined;
      this.#steps = 0;
    });
    await this.#turn;
  }
}
