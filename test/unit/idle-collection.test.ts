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

test('what stays after a collection is not collected again', () => {
  const lookAt = processOf(30);
  expect(lookAt({ usedMb: 60 })).toBe(1);
  for (const usedMb of [50, 51, 55]) expect(lookAt({ usedMb })).toBe(1);
  expect(lookAt({ usedMb: 70 })).toBe(2);
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
