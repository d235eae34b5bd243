import { describe, expect, test } from 'vitest';
import { Afterwards } from '../../../controllers/lib/afterwards.ts';
import { Activity } from '../../../server/base/activity.ts';
import { nextTurn } from '../../../server/base/turn.ts';

/** So many that want a turn, and who had one, in order. */
function line(afterwards: Afterwards, length: number): number[] {
  const went: number[] = [];
  for (let i = 0; i < length; i++) void afterwards.turn().then(() => went.push(i));
  return went;
}

describe('what tells of things that were done', () => {
  test('goes one by one while there is something to do', async () => {
    const activity = new Activity();
    const went = line(new Afterwards(activity), 40);
    activity.begin('replicaset default/web');
    await nextTurn();
    await nextTurn();
    expect(went).toEqual([0, 1]);
  });

  test('goes in numbers as soon as nothing else is to be done', async () => {
    const activity = new Activity();
    const afterwards = new Afterwards(activity);
    const done = activity.begin('replicaset default/web');
    afterwards.begin('replicaset');
    const went = line(afterwards, 16);
    done();
    await nextTurn();
    expect(went).toHaveLength(16);
  });

  test('is never put off for good, however much there is to do', async () => {
    const activity = new Activity();
    activity.begin('replicaset default/web');
    const went = line(new Afterwards(activity), 1000);
    for (let turn = 0; turn < 400; turn++) await nextTurn();
    expect(went).toHaveLength(1000);
  });

  test('begins again after a line has ended', async () => {
    const afterwards = new Afterwards(new Activity());
    const first = line(afterwards, 1);
    await nextTurn();
    const second = line(afterwards, 1);
    await nextTurn();
    expect([first, second]).toEqual([[0], [0]]);
  });
});
