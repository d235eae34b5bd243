import { expect, test } from 'vitest';
import { pacer } from '../../controllers/kubelet/runtime/machine/pacer.ts';
import { systemClock } from '../../server/base/clock.ts';
import { nextTurn } from '../../server/base/turn.ts';

test('many programs that have little to do go on in one turn', async () => {
  const clock = systemClock();
  const waits: Promise<void>[] = [];
  // Somebody uses up the turn.
  for (const endMs = clock.now() + 20; clock.now() < endMs; );
  while (waits.length < 200) {
    const wait = pacer.step(64);
    if (wait) waits.push(wait);
  }
  let [resumed, turns] = [0, 0];
  for (const wait of waits) void wait.then(() => resumed++);
  for (; resumed < 200 && turns < 50; turns++) await nextTurn();
  expect(resumed).toBe(200);
  // One after the other they would take 200.
  expect(turns).toBeLessThan(20);
});

test('programs that go round for ever take turns', async () => {
  const rounds = new Map([
    ['a', 0],
    ['b', 0],
  ]);
  let isOver = false;
  const spin = async (name: string): Promise<void> => {
    while (!isOver) {
      await pacer.step(64);
      rounds.set(name, (rounds.get(name) ?? 0) + 1);
    }
  };
  const both = [spin('a'), spin('b')];
  for (let turn = 0; turn < 10; turn++) await nextTurn();
  isOver = true;
  await Promise.all(both);
  const [a = 0, b = 0] = rounds.values();
  expect(Math.min(a, b)).toBeGreaterThan(0);
  expect(Math.max(a, b) / Math.min(a, b)).toBeLessThan(3);
});
