import { type Clock, realOf } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { OnceAMinute } from '../base/once-a-minute.ts';
import { LostWriteError } from './storage.ts';
import { reasonOf } from './unusable-directory.ts';

/** What is told of a disk that fails: one line a minute, in words, however often it does. */
export class DiskLog {
  readonly #log: Logger;
  readonly #told: OnceAMinute;
  /** Writes that were refused since that was told. */
  #refused = 0;

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#told = new OnceAMinute(realOf(clock)); // it is the machine's disk
  }

  refused(writes: number, { cause, message }: LostWriteError): void {
    this.#refused += writes;
    const { reason, advice, ...where } = whatOf(cause ?? new Error(message));
    const isDue = this.#told.isDue(reason);
    const fields = { ...where, writes: isDue ? this.#refused : writes };
    if (isDue) this.#refused = 0;
    const text = `writes are refused because ${reason}: ${advice}, and writing goes on by itself`;
    this.#log[isDue ? 'error' : 'debug'](fields, text);
  }

  /** @param what could not be done; no write is lost by it */
  failed(what: string, error: unknown): void {
    // That writes were refused meanwhile was told.
    if (error instanceof LostWriteError) this.#log.debug({ why: error.message }, what);
    else if (!isOfSystem(error)) this.#log.error({ err: error }, what);
    else {
      const { reason, advice, ...where } = whatOf(error);
      this.#log[this.#told.isDue(what) ? 'warn' : 'debug'](where, `${what} because ${reason}: ${advice}`);
    }
  }
}

const isOfSystem = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';

/** What the system has said of a file, in its words and in those of people. */
function whatOf(error: NodeJS.ErrnoException): {
  readonly path: string | undefined;
  readonly why: string;
  readonly reason: string;
  readonly advice: string;
} {
  const { code, message, path } = error;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const reason = (isFull && reasonOf(code)) || 'the disk fails';
  return { path, why: message, reason, advice: isFull ? 'make room' : 'see to it that the file can be written' };
}
