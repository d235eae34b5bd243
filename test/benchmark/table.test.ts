import { expect, test } from 'vitest';
import { median } from '../bench/median.ts';
import { noSamples, resultOf } from '../bench/samples.ts';
import type { Row } from '../bench/scenario.ts';
import { formatTable } from '../bench/table.ts';
import { atLeastTimesFloor, atMost, atMostTimesFloor } from '../bench/target.ts';

const GET: Row = { work: 'GET', unit: '/s', target: atLeastTimesFloor(0.7) };
const LIST: Row = { work: 'list', unit: 'ms', target: atMostTimesFloor(1.6) };
const MEMORY: Row = { work: 'memory', unit: 'MB', target: atMost(110) };

/** The cells of the only line. */
function lineOf(row: Row, fauxkube: number[], floor: number[]): (string | undefined)[] {
  const text = formatTable([resultOf({ row, samples: { fauxkube, floor } })]);
  return (text.split('\n')[2] ?? '').split('|').map((cell) => cell.trim());
}

test('the median is the middle, whatever one round was like', () => {
  expect(median([9, 1, 500])).toBe(9);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeUndefined();
});

test('the table is Markdown whose columns are aligned', () => {
  const results = [
    resultOf({ row: GET, samples: { fauxkube: [7000], floor: [10_000] } }),
    resultOf({ row: MEMORY, samples: { fauxkube: [111.4], floor: [48] } }),
  ];
  expect(formatTable(results)).toBe(
    [
      '| work   | fauxkube |    floor | ratio | target        | met |',
      '| ------ | -------: | -------: | ----: | ------------- | --- |',
      '| GET    |  7,000/s | 10,000/s |  0.70 | ≥ 0.7 × floor | yes |',
      '| memory |   111 MB |  48.0 MB |  2.32 | ≤ 110 MB      | NO  |',
    ].join('\n'),
  );
});

test('a target that speaks of the floor compares with the floor of the same run', () => {
  expect(lineOf(LIST, [160], [100]).slice(2, 7)).toEqual(['160 ms', '100 ms', '1.60', '≤ 1.6 × floor', 'yes']);
  expect(lineOf(LIST, [161], [100]).at(6)).toBe('NO');
  expect(lineOf(GET, [69], [100]).at(6)).toBe('NO');
});

test('what was not measured is neither met nor missed', () => {
  const [row] = [noSamples(MEMORY)];
  expect(formatTable([resultOf(row)])).toContain('| – ');
  expect(lineOf(MEMORY, [], []).slice(2, 7)).toEqual(['–', '–', '–', '≤ 110 MB', '–']);
  expect(lineOf(LIST, [100], []).at(6)).toBe('–');
});
