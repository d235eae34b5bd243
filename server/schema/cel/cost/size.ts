/** Ranges of sizes and costs. Numbers end at upstream's largest one, as sums and products do there. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** The largest uint64, as near as a double comes to it. */
export const UNBOUNDED = 2 ** 64;

export const NOTHING: Range = { min: 0, max: 0 };
export const UNKNOWN: Range = { min: 0, max: UNBOUNDED };

export const exactly = (value: number): Range => ({ min: value, max: value });
export const upTo = (max: number): Range => ({ min: 0, max });

const bounded = (value: number): number => Math.min(value, UNBOUNDED);

export function add(...ranges: readonly Range[]): Range {
  let min = 0;
  let max = 0;
  for (const range of ranges) {
    min = bounded(min + range.min);
    max = bounded(max + range.max);
  }
  return { min, max };
}

export function multiply(one: Range, other: Range): Range {
  return { min: bounded(one.min * other.min), max: bounded(one.max * other.max) };
}

/** Rounded up. */
export function scale(range: Range, factor: number): Range {
  return { min: bounded(Math.ceil(range.min * factor)), max: bounded(Math.ceil(range.max * factor)) };
}

export function union(one: Range, other: Range): Range {
  return { min: Math.min(one.min, other.min), max: Math.max(one.max, other.max) };
}
