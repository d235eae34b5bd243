/** Reads what stands on the command line before anything is asked: what is wrong is told in the words of its flag. */
import { InvalidArgumentError } from 'commander';
import { sinceOf } from '../admin/request-search.ts';
import { timeMsOf } from '../cluster/clock-texts.ts';
import { NOW, possibleSpeed, possibleTime } from '../cluster/cluster-clock.ts';
import { durationMs } from './durations.ts';

/** Reads whole numbers of a range. */
export function integer(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`it has to be a whole number from ${minimum} to ${maximum}.`);
  };
}

/** A duration, as it was given: the server reads it again. */
export function duration(text: string): string {
  durationMs(text);
  return text;
}

/** A time, or the word for that of the machine, as it was given. */
export const time = (text: string): string => asGiven(text, () => text === NOW || possibleTime(timeMsOf(text)), TIME);

const TIME = 'now, or a time such as 2026-01-01T00:00:00Z, from 1970 to 9999.';

/** A mark of the journal or a time, as it was given. */
export const markOrTime = (text: string): string =>
  asGiven(text, () => sinceOf(text), 'a mark, or a time such as 2026-11-26T20:00:00Z.');

/** How fast a clock goes. */
export function speed(text: string): number {
  const given = asGiven(text, () => possibleSpeed(/^\d+(\.\d+)?$/.test(text) ? Number(text) : 0), SPEED);
  return Number(given);
}

const SPEED = 'a number above 0, such as 60 or 0.5, and not too large.';

function asGiven(text: string, read: () => unknown, what: string): string {
  try {
    read();
    return text;
  } catch {
    throw new InvalidArgumentError(`it has to be ${what}`);
  }
}
