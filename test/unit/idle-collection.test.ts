import { expect, test } from 'vitest';
import { idleCollection } from '../../server/base/idle-collection.ts';

const MB = 1024 * 1024;

/** A process that uses as many megabytes, and is as busy, as a test says. */
function processOf(usedMb: number) {
  const state = { usedMb, utilization: 0, collections: 0 };
  const look = idleCollection({
    usedBytes: () => state.usedMb * MB,
    utilization: () => state.utilization,
    collect: () => {
      state.collections++;
    },
  });
  const lookAt = (changes: Partial<typeof state>): number => {
    Object.assign(state, changes);
    look();
    return state.collections;
  };
  return lookAt;
}

test('what a burst left behind is collected once the process is at rest', () => {
  const lookAt = processOf(30);
  expect(lookAt({ usedMb: 60, utilization: 0.9 })).toBe(0);
  expect(lookAt({ utilization: 0.01 })).toBe(1);
});

test('a second collection takes what the first one still had to keep', () => {
  const lookAt = processOf(30);
  expect(lookAt({ usedMb: 60 })).toBe(1);
  for (const usedMb of [140, 58]) expect(lookAt({ usedMb })).toBe(1);
  expect(lookAt({ usedMb: 50 })).toBe(2);
  for (let looks = 0; looks < 100; looks++) expect(lookAt({ usedMb: 41 })).toBe(2);
});

test('a process at rest is not collected again within twenty seconds, however fast it grows', () => {
  const lookAt = processOf(30);
  lookAt({ usedMb: 60 });
  for (let looks = 0; looks < 40; looks++) expect(lookAt({ usedMb: 60 + looks })).toBeLessThanOrEqual(2);
  for (let looks = 0; looks < 40; looks++) lookAt({ usedMb: 100 });
  expect(lookAt({})).toBe(4);
});

test('another burst is not waited for', () => {
  const lookAt = processOf(30);
  lookAt({ usedMb: 60 });
  for (let looks = 0; looks < 6; looks++) lookAt({ usedMb: 40 });
  expect(lookAt({ usedMb: 80, utilization: 0.9 })).toBe(2);
  expect(lookAt({ utilization: 0.01 })).toBe(3);
});

test('what V8 collects on its own counts as well', () => {
  const lookAt = processOf(60);
  expect(lookAt({ usedMb: 30 })).toBe(0);
  expect(lookAt({ usedMb: 45 })).toBe(1);
});

test('a little garbage stays where it is', () => {
  const lookAt = processOf(30);
  expect(lookAt({ usedMb: 40 })).toBe(0);
});

test('a large heap is left alone until what it has more is worth a collection of all of it', () => {
  const lookAt = processOf(2000);
  expect(lookAt({ usedMb: 2240 })).toBe(0);
  expect(lookAt({ usedMb: 2260 })).toBe(1);
});
