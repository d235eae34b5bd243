import { expect, test } from 'vitest';
import { compileBySpentTime } from '../../server/base/engine-effort.ts';

/** An engine that notes what it is told, and time that passes by hand. */
function engine(loadMs = 60) {
  const budgets: number[] = [];
  const inlined: number[] = [];
  let spentMs = loadMs;
  let look: (() => void) | undefined;
  compileBySpentTime({
    cpuMs: () => spentMs,
    setBudget: (bytes) => budgets.push(bytes),
    setInlined: (bytes) => inlined.push(bytes),
    every: (_periodMs, then) => {
      look = then;
      return () => {
        look = undefined;
      };
    },
  });
  const spend = (ms: number): void => {
    spentMs += ms;
    look?.();
  };
  return { budgets, inlined, spend, isLooking: () => look !== undefined };
}

test('a process that has just begun compiles less than V8 would, and goes on so during a burst', () => {
  const { budgets, spend } = engine();
  spend(200);
  spend(1000);
  expect(budgets).toEqual([110_000]);
});

test('one that is still at work after it compiles sooner, once and for all', () => {
  const { budgets, spend, isLooking } = engine();
  spend(1600);
  spend(1000);
  expect(budgets).toEqual([110_000, 22_000]);
  expect(isLooking()).toBe(false);
});

test('on a machine that is half as fast, a burst may take twice as long', () => {
  const { budgets, spend } = engine(130);
  spend(2800);
  expect(budgets).toEqual([110_000]);
  spend(400);
  expect(budgets).toEqual([110_000, 22_000]);
});

test('a bundle that was read without its code cache does not make a burst last for long', () => {
  const { budgets, spend } = engine(900);
  spend(3200);
  expect(budgets).toEqual([110_000, 22_000]);
});

test('functions are compiled without most of what they call', () => {
  const { inlined, spend } = engine();
  spend(1600);
  expect(inlined).toEqual([300]);
});
