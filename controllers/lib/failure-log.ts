/** What controllers log when the work on a key fails. */
import type { Clock } from '../../server/base/clock.ts';
import type { Logger } from '../../server/base/log.ts';
import { OnceAMinute } from '../../server/base/once-a-minute.ts';
import { ApiError } from '../../server/kube/api-error.ts';

/** What an API answered, which says all in its own words; undefined for any other error. */
function refusalsOf(error: unknown): readonly [ApiError, ...ApiError[]] | undefined {
  const [first, ...others]: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  const isRefusal = (one: unknown): one is ApiError => one instanceof ApiError;
  return isRefusal(first) && others.every(isRefusal) ? [first, ...others] : undefined;
}

/** An error as it is logged: only what is no answer of an API needs its stack. */
export function loggedError(error: unknown): object {
  const refusals = refusalsOf(error);
  if (!refusals) return { err: error };
  return { code: refusals[0].code, message: refusals.map(({ message }) => message).join(', ') };
}

/** What was refused and why, whichever object it was: pods that are made anew have another name each time. */
function wordsOf({ message, status }: ApiError): string {
  const { name } = status.details ?? {};
  return name ? message.replaceAll(`"${name}"`, '""') : message;
}

/**
 * Tells of failures that will be tried again, and does not flood. A refusal of the API is one line a minute, be it of
 * the same object again and again (a quota tells what is used in other words each time), or of a thousand of them.
 */
export class FailureLog {
  readonly #log: Logger;
  /** Refusals by their controller and their words, and by their controller, key and reason. */
  readonly #told: OnceAMinute;

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#told = new OnceAMinute(clock);
  }

  failed(controller: string, key: string, error: unknown): void {
    const level = this.#levelOf(controller, key, refusalsOf(error));
    this.#log[level]({ controller, key, ...loggedError(error) }, 'will be tried again');
  }

  #levelOf(controller: string, key: string, refusals: ReturnType<typeof refusalsOf>): 'debug' | 'warn' {
    if (!refusals) return 'warn';
    const [{ code, status }] = refusals;
    // Conflicts and what was deleted meanwhile are ordinary: the informer was behind, and the next try will not be.
    if (code === 409 || code === 404) return 'debug';
    const same = [
      `${controller} ${refusals.map(wordsOf).join(', ')}`,
      `${controller} ${key} ${code} ${status.reason ?? ''}`,
    ];
    return this.#told.isDue(...same) ? 'warn' : 'debug';
  }
}
