/** Texts such as `1,3-5,7`, which name indexes of an indexed job (validateIndexesFormat). */
import { goQuote } from '../../kube/go-quote.ts';

interface Interval {
  readonly first: number;
  readonly last: number;
}

/**
 * How many indexes a text names.
 *
 * @param completions all indexes are below this
 * @throws Error with upstream's words, when the text names none
 */
export function countIndexes(text: string, completions: number): number {
  if (text === '') return 0;
  let total = 0;
  let previous: number | undefined;
  for (const part of text.split(',')) {
    const { first, last } = intervalOf(part, completions);
    if (previous !== undefined && previous >= first) throw orderError(previous, first);
    total += last - first + 1;
    previous = last;
  }
  return total;
}

/** The first index that two texts have in common; parts that cannot be read count for nothing. */
export function commonIndex(one: string, other: string, completions: number): number | undefined {
  const theirs = readableIntervals(other, completions);
  for (const { first, last } of readableIntervals(one, completions)) {
    const common = theirs.find((interval) => first <= interval.last && interval.first <= last);
    if (common) return Math.max(first, common.first);
  }
  return undefined;
}

function readableIntervals(text: string, completions: number): Interval[] {
  return text.split(',').flatMap((part) => {
    try {
      return [intervalOf(part, completions)];
    } catch {
      return [];
    }
  });
}

function intervalOf(part: string, completions: number): Interval {
  const limits = part.split('-');
  if (limits.length > 2) {
    const rule = "an index interval can have at most two parts separated by '-'";
    throw new Error(`the fragment ${goQuote(part)} violates the requirement that ${rule}`);
  }
  const first = indexOf(limits[0] ?? '', completions);
  if (limits[1] === undefined) return { first, last: first };
  const last = indexOf(limits[1], completions);
  if (first >= last) throw orderError(first, last);
  return { first, last };
}

function indexOf(text: string, completions: number): number {
  if (!/^[+]?\d+$/.test(text)) throw new Error(`cannot convert string to integer for index: ${goQuote(text)}`);
  const index = Number(text);
  if (index >= completions) throw new Error(`too large index: ${goQuote(text)}`);
  return index;
}

function orderError(previous: number, current: number): Error {
  return new Error(`non-increasing order, previous: ${previous}, current: ${current}`);
}
