import { median } from './median.ts';
import type { Row, SubjectName } from './scenario.ts';

/** All that was measured for one line. */
export interface RowSamples {
  readonly row: Row;
  readonly samples: Readonly<Record<SubjectName, number[]>>;
}

/** A line of the table, before it is text. */
export interface Result {
  readonly row: Row;
  readonly fauxkube: number | undefined;
  readonly floor: number | undefined;
}

export function noSamples(row: Row): RowSamples {
  return { row, samples: { fauxkube: [], floor: [] } };
}

/** The medians of a line. */
export function resultOf({ row, samples }: RowSamples): Result {
  return { row, fauxkube: median(samples.fauxkube), floor: median(samples.floor) };
}
