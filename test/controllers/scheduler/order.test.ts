import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SchedulingCluster, schedulingCluster } from '../../support/scheduling.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

describe('pods that wait at the same time', () => {
  let cluster: SchedulingCluster;

  beforeEach(async () => {
    cluster = await schedulingCluster({ clock: new SimulatedClock() });
  });
  afterEach(() => cluster.stop());

  test('get their nodes by priority, then by how long they have waited', async () => {
    for (const [i, priority] of [0, 5, -1, 5, 9].entries())
      await cluster.addPod(`p${i}`, { requests: { cpu: '1' }, spec: { priority } });
    await cluster.addNode('one', { allocatable: { cpu: '3' } });
    const placed = await Promise.all([0, 1, 2, 3, 4].map((i) => cluster.nodeOf(`p${i}`)));
    expect(placed).toEqual(['', 'one', '', 'one', 'one']);
  });

  test('are told that there are no nodes at all', async () => {
    await cluster.addPod('p');
    expect(await cluster.messageOf('p')).toBe('no nodes available to schedule pods');
  });

  test('are spread over the nodes that there are', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `p${i}`);
    for (const i of [0, 1, 2, 3]) await cluster.addNode(`n${i}`);
    await Promise.all(names.map((name) => cluster.addPod(name, { requests: { cpu: '100m' } })));
    expect(await cluster.counts()).toEqual({ n0: 10, n1: 10, n2: 10, n3: 10 });
    expect(cluster.writes.filter((write) => write === 'create v1/pods/binding')).toHaveLength(40);
  });

  test('are not bound twice by a scheduler that has begun anew', async () => {
    await cluster.addNode('one', { allocatable: { cpu: '2' } });
    for (const name of ['a', 'b', 'c']) await cluster.addPod(name, { requests: { cpu: '1' } });
    await cluster.restart();
    await cluster.end('a');
    expect([await cluster.nodeOf('b'), await cluster.nodeOf('c')]).toEqual(['one', 'one']);
    expect((await cluster.events('b')).filter((text) => text.startsWith('Scheduled'))).toHaveLength(1);
  });
});
