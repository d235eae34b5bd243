/** What controllers log when the work on a key fails. */
import { type Clock, steadyMs } from '../../server/base/clock.ts';
import type { Logger } from '../../server/base/log.ts';
import { RecentMap } from '../../server/base/recent-map.ts';
import { ApiError } from '../../server/kube/api-error.ts';

/** How long the same refusal is not told again but at level `debug`. */
const QUIET_MS = 60_000;
const REMEMBERED_MAX = 1000;

/** What an API answered, which says all in its own words; undefined for any other error. */
function refusalOf(error: unknown): { readonly code: number; readonly message: string } | undefined {
  const [first, ...others]: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  if (!(first instanceof ApiError && others.every((other) => other instanceof ApiError))) return undefined;
  return { code: first.code, message: [first, ...(others as ApiError[])].map(({ message }) => message).join(', ') };
}

/** An error as it is logged: only what is no answer of an API needs its stack. */
export const loggedError = (error: unknown): object => refusalOf(error) ?? { err: error };

/**
 * Tells of failures that will be tried again, and does not flood: the same refusal of the API, which may be of a
 * thousand objects and come again with each retry, is one line a minute.
 */
export class FailureLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  /** When a refusal was told, by its controller and its words. */
  readonly #toldMs = new RecentMap<string, number>(REMEMBERED_MAX);

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  failed(controller: string, key: string, error: unknown): void {
    this.#log[this.#levelOf(controller, error)]({ controller, key, ...loggedError(error) }, 'will be tried again');
  }

  #levelOf(controller: string, error: unknown): 'debug' | 'warn' {
    const refusal = refusalOf(error);
    if (!refusal) return 'warn';
    // Conflicts and what was deleted meanwhile are ordinary: the informer was behind, and the next try will not be.
    if (refusal.code === 409 || refusal.code === 404) return 'debug';
    const words = `${controller} ${refusal.message}`;
    const nowMs = steadyMs(this.#clock);
    const toldMs = this.#toldMs.get(words);
    if (toldMs !== undefined && nowMs - toldMs < QUIET_MS) return 'debug';
    this.#toldMs.set(words, nowMs);
    return 'warn';
  }
}
