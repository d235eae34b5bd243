import { expect, it } from 'vitest';
import { seededRandom } from '../../server/base/random.ts';
import { readDelay } from '../../server/pipeline/faults/delay.ts';

const DRAWS = 20_000;

function sorted(delay: object): number[] {
  const random = seededRandom(1);
  const read = readDelay(delay, 'delay');
  return Array.from({ length: DRAWS }, () => read.ms(random)).sort((a, b) => a - b);
}
const at = (drawn: readonly number[], share: number): number => drawn[Math.floor(share * DRAWS)] ?? 0;

it('has the median and the 99th percentile that were asked for', () => {
  const drawn = sorted({ p50: '100ms', p99: '1s' });
  expect(Math.abs(at(drawn, 0.5) - 100)).toBeLessThan(5);
  expect(Math.abs(at(drawn, 0.99) - 1000)).toBeLessThan(100);
});

it('is uniform between two times', () => {
  const drawn = sorted({ min: '100ms', max: '200ms' });
  expect([at(drawn, 0) >= 100, (drawn.at(-1) ?? 0) <= 200]).toEqual([true, true]);
  for (const share of [0.25, 0.5, 0.75]) expect(Math.abs(at(drawn, share) - (100 + share * 100))).toBeLessThan(3);
});
