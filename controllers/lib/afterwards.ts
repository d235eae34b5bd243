import type { Activity } from '../../server/base/activity.ts';
import { nextTurn } from '../../server/base/turn.ts';

/** What `settle()` names when it waits for work of this kind. */
const NAME = 'events of';
/** How many go in one turn of the event loop when nothing else is to be done: a few milliseconds of requests. */
const SHARE = 16;
/** While there is other work, one goes in each turn, and one more for so many that wait: the line has to end. */
const WAITING_PER_SHARE = 64;

/**
 * Work that tells what was done lets what is still to do go first: an Event of a pod can wait until the next pod is
 * placed. client-go writes Events from a goroutine of its own, with the same effect.
 *
 * @example
 * await afterwards.turn();
 * await client.create('v1/events', event);
 */
export class Afterwards {
  readonly #activity: Activity;
  readonly #waiting: (() => void)[] = [];
  #goes = false;
  #number = 0;

  constructor(activity: Activity) {
    this.#activity = activity;
  }

  /** Marks work of this kind as busy, so that others of its kind do not wait for it. @returns call it at the end */
  begin(who: string): () => void {
    return this.#activity.begin(`${NAME} ${who}`);
  }

  /** Never the same twice: what is told by several in one millisecond needs names that differ. */
  nextNumber(): number {
    return this.#number++;
  }

  /** Resolves when it may go on; in the order of the calls. */
  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#goes) void this.#go();
    });
  }

  async #go(): Promise<void> {
    this.#goes = true;
    while (this.#waiting.length > 0) {
      await nextTurn();
      const share = this.#isQuiet() ? SHARE : 1 + Math.floor(this.#waiting.length / WAITING_PER_SHARE);
      for (const resolve of this.#waiting.splice(0, share)) resolve();
    }
    this.#goes = false;
  }

  #isQuiet(): boolean {
    for (const busy of this.#activity.busy().keys()) if (!busy.startsWith(NAME)) return false;
    return true;
  }
}
