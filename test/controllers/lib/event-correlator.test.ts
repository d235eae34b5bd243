import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Afterwards } from '../../../controllers/lib/afterwards.ts';
import { EventRecorder } from '../../../controllers/lib/events.ts';
import { Activity } from '../../../server/base/activity.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Event } from '../../../server/kube/types.gen.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { type TestCluster, testCluster } from '../../support/test-cluster.ts';

const about = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { namespace: 'default', name: 'web', uid: 'c0ffee', resourceVersion: '1' },
};

describe('Events that come in numbers', () => {
  let cluster: TestCluster;
  let clock: SimulatedClock;
  let recorder: EventRecorder;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await testCluster({ clock });
    recorder = new EventRecorder(cluster.client, clock, 'test', new Afterwards(new Activity()));
  });
  afterEach(() => cluster.stop());

  const tell = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) await recorder.record(about, 'Normal', 'Done', `thing ${i}`);
  };

  const events = (): Promise<readonly Frozen<Event>[]> => cluster.client.list<Event>('v1/events', 'default');

  test('are counted when they say the same', async () => {
    for (let i = 0; i < 3; i++) await recorder.record(about, 'Normal', 'Done', 'the same');
    expect(await events()).toMatchObject([{ message: 'the same', count: 3 }]);
  });

  test('are told one by one as long as there are fewer than ten', async () => {
    await tell(0, 9);
    expect(await events()).toHaveLength(9);
  });

  test('are combined into one from the tenth on, which has the newest message', async () => {
    await tell(0, 12);
    const all = await events();
    expect(all).toHaveLength(10);
    const combined = all.find(({ message }) => message?.startsWith('(combined'));
    expect(combined).toMatchObject({
      message: '(combined from similar events): thing 11',
      count: 3,
      reportingComponent: '',
    });
  });

  test('are dropped beyond 25 about one object', async () => {
    await tell(0, 40);
    const count = (await events()).reduce((sum, event) => sum + (event.count ?? 0), 0);
    expect(count).toBe(25);
  });

  test('have room again after five minutes, and count what was dropped', async () => {
    await tell(0, 40);
    await clock.advance(300_000);
    await tell(40, 42);
    const combined = (await events()).find(({ message }) => message?.startsWith('(combined'));
    expect(combined).toMatchObject({ message: '(combined from similar events): thing 40', count: 32 });
  });

  test('are told one by one again after ten minutes of silence', async () => {
    await tell(0, 12);
    await clock.advance(600_001);
    await tell(12, 13);
    expect((await events()).map(({ message }) => message)).toContain('thing 12');
  });

  test('about one object leave those about another alone', async () => {
    await tell(0, 40);
    const other = { ...about, metadata: { ...about.metadata, name: 'other', uid: 'beef' } };
    await recorder.record(other, 'Normal', 'Done', 'thing');
    expect((await events()).map(({ involvedObject }) => involvedObject.name)).toContain('other');
  });

  test('are made anew when they were deleted in the meantime', async () => {
    await recorder.record(about, 'Normal', 'Done', 'the same');
    const [first] = await events();
    await cluster.client.delete('v1/events', { namespace: 'default', name: first?.metadata.name ?? '' });
    await recorder.record(about, 'Normal', 'Done', 'the same');
    expect(await events()).toMatchObject([{ message: 'the same', count: 2 }]);
  });
});
