/**
 * Answers of one life resemble each other: a golden keeps how each differs from one before, which also reads better.
 */
import { isDeepStrictEqual } from 'node:util';

type Json = unknown;
interface Bag {
  readonly [name: string]: Json;
}

const isBag = (value: Json): value is Bag => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * How one value becomes another: `{to}` replaces it, `{in, without}` changes some of its fields, `{at, length}` some of
 * its items. Undefined for equal values.
 */
function difference(from: Json, to: Json): Bag | undefined {
  if (isDeepStrictEqual(from, to)) return undefined;
  if (Array.isArray(from) && Array.isArray(to)) {
    const at: Record<string, Json> = {};
    to.forEach((item, index) => {
      const change = index < from.length ? difference(from[index], item) : { to: item as Json };
      if (change) at[index] = change;
    });
    return { at, length: to.length };
  }
  if (!isBag(from) || !isBag(to)) return { to };
  const fields: Record<string, Json> = {};
  for (const [name, value] of Object.entries(to)) {
    const change = Object.hasOwn(from, name) ? difference(from[name], value) : { to: value };
    if (change) fields[name] = change;
  }
  const without = Object.keys(from).filter((name) => !Object.hasOwn(to, name));
  return { in: fields, ...(without.length > 0 && { without }) };
}

function changed(from: Json, change: Json): Json {
  if (!isBag(change)) return from;
  if (Object.hasOwn(change, 'to')) return change.to;
  if (isBag(change.at) && Array.isArray(from)) {
    const { at } = change;
    return Array.from({ length: Number(change.length) }, (_, index) => changed(from[index], at[index]));
  }
  if (!isBag(from) || !isBag(change.in))
    throw new Error(`a golden changes ${JSON.stringify(from)} by ${JSON.stringify(change)}`);
  const without = new Set(change.without as readonly string[] | undefined);
  const fields: Record<string, Json> = {};
  for (const [name, value] of Object.entries(from))
    if (!without.has(name)) fields[name] = changed(value, change.in[name]);
  for (const [name, inner] of Object.entries(change.in))
    if (!Object.hasOwn(from, name)) fields[name] = changed(undefined, inner);
  return fields;
}

/** Objects that stand in an answer: items of a list, objects of rows, events of a watch. */
const PLACES = ['items', 'rows', 'object'];

/** A value, or `{like, change}`: the answer with that number after a change. */
function packedValue(value: Json, answers: readonly Json[], isWhole: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => packedValue(item, answers, true));
  if (!isBag(value)) return value;
  const entries = Object.entries(value);
  let best: Json = Object.fromEntries(
    entries.map(([name, inner]) => [name, PLACES.includes(name) ? packedValue(inner, answers, true) : inner]),
  );
  if (!isWhole) return best;
  let size = JSON.stringify(best).length;
  answers.forEach((answer, like) => {
    if (!isBag(answer)) return;
    const change = difference(answer, value);
    const packed = { like, ...(change && { change }) };
    const packedSize = JSON.stringify(packed).length;
    if (packedSize < size) [best, size] = [packed, packedSize];
  });
  return best;
}

function unpackedValue(value: Json, answers: readonly Json[]): Json {
  if (Array.isArray(value)) return value.map((item) => unpackedValue(item, answers));
  if (!isBag(value)) return value;
  if (typeof value.like === 'number') return changed(answers[value.like], value.change);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, PLACES.includes(name) ? unpackedValue(inner, answers) : inner]),
  );
}

/** The same answers, each told by what is different from one before where that is shorter. */
export function packed(answers: readonly Json[]): Json[] {
  return answers.map((answer, index) => packedValue(answer, answers.slice(0, index), true));
}

/** The reverse of {@link packed}. */
export function unpacked(answers: readonly Json[]): Json[] {
  const found: Json[] = [];
  for (const answer of answers) found.push(unpackedValue(answer, found));
  return found;
}
