/** Sets of indexes as ordered ranges, and their text: `1,3-5,7`. */

/** Two numbers, both of which belong to it. */
export interface IndexRange {
  readonly first: number;
  readonly last: number;
}

/** In order, with gaps between them. */
export type IndexRanges = readonly IndexRange[];

/** Reads what a status or a policy says; indexes from `completions` on do not count any more. */
export function parseRanges(text: string, completions: number): IndexRanges {
  const ranges: IndexRange[] = [];
  for (const part of text === '' ? [] : text.split(',')) {
    const [low = '', high = low] = part.split('-');
    if (!isNumber(low) || !isNumber(high)) continue;
    const first = Number(low);
    if (first >= completions) break;
    ranges.push({ first, last: Math.min(Number(high), completions - 1) });
  }
  return joined(ranges);
}

const isNumber = (text: string): boolean => /^[-+]?\d+$/.test(text);

export function mergeRanges(...sets: readonly IndexRanges[]): IndexRanges {
  return joined(sets.flat().sort((a, b) => a.first - b.first));
}

/** What is next to each other or overlaps becomes one. */
function joined(sorted: readonly IndexRange[]): IndexRanges {
  const result: { first: number; last: number }[] = [];
  for (const { first, last } of sorted) {
    const before = result.at(-1);
    if (!before || first > before.last + 1) result.push({ first, last });
    else before.last = Math.max(before.last, last);
  }
  return result;
}

export function withIndexes(ranges: IndexRanges, indexes: Iterable<number>): IndexRanges {
  return mergeRanges(
    ranges,
    Array.from(indexes, (index) => ({ first: index, last: index })),
  );
}

export function countIndexes(ranges: IndexRanges): number {
  return ranges.reduce((count, { first, last }) => count + last - first + 1, 0);
}

/** How many indexes both have. */
export function countCommon(a: IndexRanges, b: IndexRanges): number {
  let count = 0;
  for (const { first, last } of a)
    for (const other of b) count += Math.max(0, Math.min(last, other.last) - Math.max(first, other.first) + 1);
  return count;
}

export function hasIndex(ranges: IndexRanges, index: number): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.last ?? 0) >= index) high = middle;
    else low = middle + 1;
  }
  const found = ranges[low];
  return found !== undefined && found.first <= index;
}

/** Two indexes that follow each other are no range yet. */
export function rangesText(ranges: IndexRanges): string {
  return ranges
    .map(({ first, last }) => {
      if (first === last) return `${first}`;
      return last === first + 1 ? `${first},${last}` : `${first}-${last}`;
    })
    .join(',');
}

/** The first `count` indexes below `completions` that are in none of the ranges. */
export function missingIndexes(ranges: IndexRanges, count: number, completions: number): number[] {
  const missing: number[] = [];
  let candidate = 0;
  for (const { first, last } of [...ranges, { first: completions, last: completions }]) {
    for (; candidate < Math.min(first, completions) && missing.length < count; candidate++) missing.push(candidate);
    candidate = Math.max(candidate, last + 1);
  }
  return missing;
}
