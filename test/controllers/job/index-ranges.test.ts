import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  countCommon,
  countIndexes,
  hasIndex,
  mergeRanges,
  missingIndexes,
  parseRanges,
  rangesText,
  withIndexes,
} from '../../../controllers/job/index-ranges.ts';

test('two indexes in a row are written out, more than two as a range', () => {
  expect(rangesText(withIndexes([], [7, 1, 3, 4, 9, 10, 11]))).toBe('1,3,4,7,9-11');
  expect(rangesText([])).toBe('');
});

test('what is no number is left out, and so is what lies beyond the completions', () => {
  expect(rangesText(parseRanges('0,x,2-3,5-9,12', 8))).toBe('0,2,3,5-7');
});

const set = fc.uniqueArray(fc.nat(30));

test('ranges behave as sets of numbers do', () => {
  fc.assert(
    fc.property(set, set, fc.nat(30), (a, b, count) => {
      const [left, right] = [withIndexes([], a), withIndexes([], b)];
      const union = new Set([...a, ...b]);
      const merged = mergeRanges(left, right);
      expect(parseRanges(rangesText(merged), 31)).toEqual(merged);
      expect(countIndexes(merged)).toBe(union.size);
      expect(countCommon(left, right)).toBe(a.filter((index) => b.includes(index)).length);
      const all = Array.from({ length: 31 }, (_, index) => index);
      expect(all.filter((index) => hasIndex(merged, index))).toEqual(all.filter((index) => union.has(index)));
      const missing = all.filter((index) => index < 20 && !union.has(index)).slice(0, count);
      expect(missingIndexes(merged, count, 20)).toEqual(missing);
    }),
    { seed: 1 },
  );
});
