import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../schema/go-duration.ts';

const NS_PER_MS = 1_000_000n;

/**
 * How long a command waits: a duration such as `1m30s`, or a number of seconds.
 *
 * @returns milliseconds
 */
export function patience(minimumMs: 0 | 1, maximumMs: number): (text: string) => number {
  return (text) => {
    const ms = waitMs(text);
    if (ms >= minimumMs && ms <= maximumMs) return ms;
    const least = minimumMs > 0 ? 'more than 0s, and ' : '';
    throw new InvalidArgumentError(`it has to be ${least}no more than ${maximumMs / 1000} s.`);
  };
}

const WAIT = 'it has to be a duration such as 5m or 30s, or a number of seconds.';

function waitMs(text: string): number {
  try {
    return durationMs(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text);
  } catch {
    throw new InvalidArgumentError(WAIT);
  }
}

/** Milliseconds of a duration as Go writes it: `5m`, `30s`, `0`. */
export function durationMs(text: string): number {
  try {
    const delayMs = Number(parseDuration(text) / NS_PER_MS);
    if (delayMs >= 0) return delayMs;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError('it has to be a duration such as 5m or 30s.');
}
