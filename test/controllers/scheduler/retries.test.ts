import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Event } from '../../../server/kube/types.gen.ts';
import { NODES, type SchedulingCluster, schedulingCluster } from '../../support/scheduling.ts';
import { key, PODS } from '../../support/workloads.ts';

describe('a pod without a node is tried again', () => {
  let cluster: SchedulingCluster;

  beforeEach(async () => {
    cluster = await schedulingCluster();
    await cluster.addNode('one');
  });
  afterEach(() => cluster.stop());

  const large = { requests: { cpu: '6' } };
  const tries = async (): Promise<number> => (await cluster.events('large')).length;

  test('when a node comes that is large enough, and not for one that is not', async () => {
    await cluster.addPod('large', large);
    await cluster.addNode('two', { allocatable: { cpu: '5' } });
    expect(await cluster.messageOf('large')).toContain('0/1 nodes');
    await cluster.addNode('three', { allocatable: { cpu: '6' } });
    expect(await cluster.nodeOf('large')).toBe('three');
  });

  test('when a node grows, and not when its labels change', async () => {
    await cluster.addPod('large', large);
    await cluster.changeNode('one', { metadata: { labels: { a: 'b' } } });
    expect(await tries()).toBe(1);
    await cluster.client.patch(
      NODES,
      { namespace: '', name: 'one' },
      'merge',
      { status: { allocatable: { cpu: '6' } } },
      'status',
    );
    await cluster.settle();
    expect(await cluster.nodeOf('large')).toBe('one');
  });

  test('when another pod goes, or has ended', async () => {
    await cluster.addPod('first', { requests: { cpu: '3' } });
    await cluster.addPod('second', { requests: { cpu: '3' } });
    await cluster.addPod('third', { requests: { cpu: '3' } });
    await cluster.end('first');
    expect(await cluster.nodeOf('second')).toBe('one');
    await cluster.client.patch(PODS, key('second'), 'merge', { status: { phase: 'Succeeded' } }, 'status');
    await cluster.settle();
    expect(await cluster.nodeOf('third')).toBe('one');
  });

  test('when a label makes it or a neighbour acceptable', async () => {
    const near = [{ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } }];
    const affinity = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: near } };
    await cluster.addPod('neighbour');
    await cluster.addPod('p', { spec: { affinity } });
    expect(await cluster.nodeOf('p')).toBe('');
    await cluster.client.patch(PODS, key('neighbour'), 'merge', { metadata: { labels: { app: 'web' } } });
    await cluster.settle();
    expect(await cluster.nodeOf('p')).toBe('one');
  });

  test('when its last gate is taken away', async () => {
    await cluster.addPod('p', { spec: { schedulingGates: [{ name: 'example.com/gate' }] } });
    expect(await cluster.nodeOf('p')).toBe('');
    await cluster.client.patch(PODS, key('p'), 'merge', { spec: { schedulingGates: [] } });
    await cluster.settle();
    expect(await cluster.nodeOf('p')).toBe('one');
  });

  test('again and again, which makes a series of its Event', async () => {
    for (const name of ['a', 'b', 'c']) await cluster.addPod(name, { requests: { cpu: '1' } });
    await cluster.addPod('p', { requests: { cpu: '4' } });
    for (const name of ['a', 'b']) await cluster.end(name);
    const events = await cluster.client.list<Event>('v1/events', 'default');
    const about = events.filter(({ involvedObject }) => involvedObject.name === 'p');
    // The condition that the first attempt wrote made another version of the pod, which has an Event of its own.
    // Their names begin with the time, which may be the same for both: either is the first then.
    expect(about.map(({ series }) => series?.count ?? 0).sort((a, b) => a - b)).toEqual([0, 2]);
  });

  test('not when a node changes in a way that does not matter to it', async () => {
    await cluster.addPod('p', { requests: { cpu: '4' }, spec: { nodeSelector: { a: 'b' } } });
    await cluster.changeNode('one', { metadata: { labels: { a: 'c' } } });
    await cluster.changeNode('one', { spec: { unschedulable: true } });
    expect(await cluster.events('p')).toHaveLength(1);
  });

  test('not at all when it is left to another scheduler', async () => {
    await cluster.addPod('p', { spec: { schedulerName: 'other' } });
    cluster.writes.length = 0;
    await cluster.addNode('two');
    expect(cluster.writes).toEqual([]);
  });
});
