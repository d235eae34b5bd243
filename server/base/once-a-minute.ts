import { type Clock, steadyMs } from './clock.ts';
import { RecentMap } from './recent-map.ts';

const QUIET_MS = 60_000;
const REMEMBERED_MAX = 1000;

/**
 * Keeps a log from being flooded by what goes wrong again and again.
 *
 * @example
 * const told = new OnceAMinute(clock);
 * log[told.isDue('the disk is full') ? 'error' : 'debug']({ path }, 'the disk is full');
 */
export class OnceAMinute {
  readonly #clock: Clock;
  readonly #toldMs = new RecentMap<string, number>(REMEMBERED_MAX);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Whether to tell of something now. Then it is told.
   *
   * @param same what it has in common with what is the same: none of it was told within a minute
   */
  isDue(...same: readonly string[]): boolean {
    const nowMs = steadyMs(this.#clock);
    if (same.some((what) => nowMs - (this.#toldMs.get(what) ?? Number.NEGATIVE_INFINITY) < QUIET_MS)) return false;
    for (const what of same) this.#toldMs.set(what, nowMs);
    return true;
  }
}
