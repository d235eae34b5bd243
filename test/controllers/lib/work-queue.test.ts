import { describe, expect, test } from 'vitest';
import { Pace } from '../../../controllers/lib/pace.ts';
import { WorkQueue } from '../../../controllers/lib/work-queue.ts';
import { Activity } from '../../../server/base/activity.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

function queueOf(clock: SimulatedClock, work: (key: string) => Promise<undefined>): WorkQueue {
  return new WorkQueue({
    name: 'test',
    clock,
    activity: new Activity(),
    pace: new Pace(),
    workers: 2,
    work,
    onFailure: () => undefined,
  });
}

describe('a key that is added for later', () => {
  test('keeps the earlier of two times', async () => {
    const clock = new SimulatedClock();
    const at: number[] = [];
    const begin = clock.now();
    const queue = queueOf(clock, async () => void at.push(clock.now() - begin));
    queue.addAfter('a', 5000);
    queue.addAfter('a', 9000);
    queue.addAfter('a', 3000);
    await clock.advance(20_000);
    expect(at).toEqual([3000]);
  });
});

describe('a key that is added while it is worked on', () => {
  test('is worked on once more afterwards', async () => {
    const clock = new SimulatedClock();
    let runs = 0;
    let running = 0;
    const queue = queueOf(clock, async (key) => {
      expect(++running).toBe(1);
      if (++runs === 1) for (let i = 0; i < 3; i++) queue.add(key);
      await Promise.resolve();
      running--;
      return undefined;
    });
    queue.add('a');
    await clock.advance(0);
    await clock.advance(0);
    expect(runs).toBe(2);
  });
});

test('it counts as client-go does: adds without repeats, what waits, and what is for later', async () => {
  const clock = new SimulatedClock();
  let runs = 0;
  const queue = queueOf(clock, async (key) => {
    if (++runs > 1) return undefined;
    queue.add(key);
    queue.add(key);
    throw new Error('not yet');
  });
  queue.add('a');
  queue.add('a');
  queue.add('b');
  expect(queue.facts()).toEqual({ adds: 2, depth: 2, retries: 0 });
  await clock.advance(0);
  await clock.advance(0);
  expect(queue.facts()).toEqual({ adds: 3, depth: 0, retries: 0 });
  queue.addAfter('c', 1000);
  expect(queue.facts()).toEqual({ adds: 3, depth: 0, retries: 1 });
  await clock.advance(1000);
  expect(queue.facts()).toEqual({ adds: 4, depth: 0, retries: 1 });
  queue.stop();
});
