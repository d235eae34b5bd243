/** Reads the fields of rules; what is wrong is told with its path and what may stand there. */
import { nearNames } from '../../base/near-names.ts';
import { WrongField } from '../../kube/script-fields.ts';
import { parseDuration } from '../../schema/go-duration.ts';

export type Fields = Readonly<Record<string, unknown>>;

const shown = (value: unknown): string => JSON.stringify(value) ?? 'undefined';

/** `did you mean "times"?`, or all that there are. */
export function meant(word: string, known: readonly string[]): string {
  // Names are compared in small letters.
  const [found] = nearNames(
    word,
    known.map((name) => name.toLowerCase()),
  );
  const near = known.find((name) => name.toLowerCase() === found);
  return near === undefined ? `it may be one of ${known.join(', ')}` : `did you mean ${shown(near)}?`;
}

/**
 * An object that has only known fields.
 *
 * @param or what may stand there instead of an object: `true`
 * @throws WrongField
 */
export function fieldsOf(value: unknown, path: string, known: readonly string[], or?: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const object = `an object with fields such as ${known.slice(0, 3).join(', ')}`;
    throw new WrongField(`${path} has to be ${or === undefined ? object : `${or}, or ${object}, not ${shown(value)}`}`);
  }
  for (const name of Object.keys(value))
    if (!known.includes(name)) throw new WrongField(`${path} has no field ${shown(name)}: ${meant(name, known)}`);
  return value as Fields;
}

/** A field that may be missing. */
export function optional<T>(fields: Fields, name: string, path: string, read: Read<T>): T | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return value === undefined ? undefined : read(value, `${path}.${name}`);
}

/** Reads a value that stands at a path. @throws WrongField */
export type Read<T> = (value: unknown, path: string) => T;

const TEXT_LENGTH_MAX = 1024;

export const text: Read<string> = (value, path) => {
  if (typeof value !== 'string') throw new WrongField(`${path} has to be a text, not ${shown(value)}`);
  if (value.length > TEXT_LENGTH_MAX) throw new WrongField(`${path} has more than ${TEXT_LENGTH_MAX} characters`);
  return value;
};

export const filledText: Read<string> = (value, path) => {
  if (text(value, path) === '') throw new WrongField(`${path} must not be empty: leave it out, or write *`);
  return value as string;
};

export const flag: Read<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new WrongField(`${path} has to be true or false, not ${shown(value)}`);
  return value;
};

/** What can only be asked for: whoever does not want it leaves it out. */
export const onlyTrue: Read<true> = (value, path) => {
  if (value !== true) throw new WrongField(`${path} has to be true, or left out, not ${shown(value)}`);
  return true;
};

export const whole =
  (min: number, max: number): Read<number> =>
  (value, path) => {
    if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
    throw new WrongField(`${path} has to be a whole number from ${min} to ${max}, not ${shown(value)}`);
  };

export const fraction: Read<number> = (value, path) => {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value;
  throw new WrongField(`${path} has to be a number from 0 to 1, not ${shown(value)}`);
};

export const oneOf =
  <T extends string>(...words: readonly T[]): Read<T> =>
  (value, path) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw new WrongField(`${path} cannot be ${shown(value)}: ${meant(String(value), words)}`);
  };

export const listOf =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (value, path) => {
    if (!Array.isArray(value) || value.length === 0) throw new WrongField(`${path} has to be a list that is not empty`);
    return value.map((item, index) => read(item, `${path}[${index}]`));
  };

const NS_PER_MS = 1_000_000;

/** Milliseconds of a duration as Go writes it. @param isLong whether none at all is too short */
export const duration =
  (maxMs: number, isLong = false): Read<number> =>
  (value, path) => {
    const wrong = (why: string): WrongField =>
      new WrongField(`${path} has to be a duration such as "200ms", "30s" or "1h"${why}`);
    if (typeof value !== 'string') throw wrong(`, not ${shown(value)}`);
    let ms: number;
    try {
      ms = Number(parseDuration(value)) / NS_PER_MS;
    } catch (error) {
      throw wrong(`: ${(error as Error).message}`);
    }
    if (ms < 0) throw wrong(`, not ${shown(value)}, which is negative`);
    if (ms === 0 && isLong) throw wrong(`, not ${shown(value)}: that would be over at once`);
    if (ms > maxMs) throw wrong(`, and no longer than ${maxMs / 1000}s`);
    return ms;
  };
