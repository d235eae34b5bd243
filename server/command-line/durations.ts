import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../schema/go-duration.ts';

const NS_PER_MS = 1_000_000n;

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
