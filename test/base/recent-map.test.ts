import { expect, test } from 'vitest';
import { RecentMap } from '../../server/base/recent-map.ts';

const MAX = 8;

test('what is used again and again stays, whatever comes only once', () => {
  const map = new RecentMap<string, number>(MAX);
  map.set('used', 1);
  for (let i = 0; i < 100; i++) {
    map.set(`once-${i}`, i);
    expect(map.get('used')).toBe(1);
  }
});

test('no more is remembered than was said, and that is the newest', () => {
  const map = new RecentMap<string, number>(MAX);
  for (let i = 0; i < 100; i++) map.set(`once-${i}`, i);
  const left = Array.from({ length: 100 }, (_, i) => map.get(`once-${i}`)).filter((value) => value !== undefined);
  expect(left.length).toBeLessThanOrEqual(MAX);
  expect(left.at(-1)).toBe(99);
});

test('a key has the value that it was given last', () => {
  const map = new RecentMap<string, number>(MAX);
  map.set('a', 1);
  for (let i = 0; i < MAX / 2; i++) map.set(`other-${i}`, i);
  map.set('a', 2);
  expect(map.get('a')).toBe(2);
});
