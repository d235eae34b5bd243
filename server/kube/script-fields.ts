/** Reads what somebody wrote as JSON or YAML, field by field; what is wrong is a {@link WrongField} that names it. */
import { getOwn } from '../base/freeze.ts';
import { didYouMean } from '../base/near-names.ts';

/** What is wrong with a text that somebody wrote. */
export class WrongField extends Error {}

/** A mapping that has only known fields. @throws WrongField */
export function mapping(value: unknown, what: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new WrongField(`${what} has to be a mapping with ${known.join(', ')}`);
  for (const name of Object.keys(value)) checkKnown(name, what, known);
  return value as Fields;
}

/**
 * What a program passes a function: an object that has only known fields. What is undefined is not there.
 *
 * @param call `save()`
 * @throws WrongField
 */
export function callOptions(value: unknown, call: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new WrongField(`${call} takes an object with ${known.join(', ')}, and not ${JSON.stringify(value)}`);
  const given = Object.entries(value).filter(([, field]) => field !== undefined);
  for (const [name] of given) checkKnown(name, call, known);
  return Object.fromEntries(given);
}

type Fields = Readonly<Record<string, unknown>>;

function checkKnown(name: string, what: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  throw new WrongField(
    `${what} has no field ${JSON.stringify(name)}; it may have ${known.join(', ')}${didYouMean(name, known)}`,
  );
}

/** Of one text. */
const TEXT_LENGTH_MAX = 1024 * 1024;

/** A field with a text, or none. @throws WrongField */
export function textIn<N extends string>(fields: Fields, name: N, what: string): { readonly [key in N]?: string } {
  const value = getOwn(fields, name);
  if (value === undefined || value === null) return {};
  if (typeof value !== 'string') throw new WrongField(`${what}.${name} has to be a text`);
  if (value.length > TEXT_LENGTH_MAX)
    throw new WrongField(`${what}.${name} has more than ${TEXT_LENGTH_MAX} characters`);
  return { [name]: value } as { readonly [key in N]?: string };
}

/** A field with a boolean, or none. @throws WrongField */
export function booleanIn<N extends string>(fields: Fields, name: N, what: string): { readonly [key in N]?: boolean } {
  const value = getOwn(fields, name);
  if (value === undefined || value === null) return {};
  if (typeof value !== 'boolean') throw new WrongField(`${what}.${name} has to be true or false`);
  return { [name]: value } as { readonly [key in N]?: boolean };
}

interface NumberRule {
  readonly min?: number;
  readonly max: number;
  readonly isWhole?: boolean;
}

/** A field with a number, or none. @throws WrongField */
export function numberIn<N extends string>(
  fields: Fields,
  name: N,
  what: string,
  { min = 0, max, isWhole = false }: NumberRule,
): { readonly [key in N]?: number } {
  const value = getOwn(fields, name);
  if (value === undefined || value === null) return {};
  if (typeof value !== 'number' || !(value >= min && value <= max) || (isWhole && !Number.isInteger(value)))
    throw new WrongField(`${what}.${name} has to be a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`);
  return { [name]: value } as { readonly [key in N]?: number };
}

/** A field with words: a list, or a text with spaces between them. Undefined for none. @throws WrongField */
export function wordsIn(fields: Fields, name: string, what: string): readonly string[] | undefined {
  const value = getOwn(fields, name);
  if (value === undefined || value === null) return undefined;
  const words: unknown = typeof value === 'string' ? value.split(/\s+/).filter((word) => word !== '') : value;
  const isGood = Array.isArray(words) && words.length > 0 && words.every((word) => typeof word === 'string');
  if (!isGood) throw new WrongField(`${what}.${name} has to be a list of words, or words with spaces between them`);
  return words as readonly string[];
}
