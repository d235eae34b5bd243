import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Pod } from '../../../server/kube/types.gen.ts';
import { type SchedulingCluster, schedulingCluster } from '../../support/scheduling.ts';
import { key, PODS } from '../../support/workloads.ts';

describe('a pod of a high priority', () => {
  let cluster: SchedulingCluster;

  beforeEach(async () => {
    cluster = await schedulingCluster();
    await cluster.addNode('one');
  });
  afterEach(() => cluster.stop());

  const high = (cpu: string) => ({ requests: { cpu }, spec: { priority: 1000 } });
  const pod = (name: string) => cluster.get<Pod>(PODS, name);
  const going = async (): Promise<string[]> =>
    (await cluster.pods()).flatMap(({ metadata }) => (metadata.deletionTimestamp ? [metadata.name ?? ''] : []));

  test('ends no more pods than it needs, the youngest first', async () => {
    for (const [i, name] of ['a', 'b', 'c', 'd'].entries()) {
      await cluster.addPod(name, { requests: { cpu: '1' } });
      const startTime = `2026-01-01T00:00:0${i}Z`;
      await cluster.client.patch(PODS, key(name), 'merge', { status: { startTime } }, 'status');
    }
    await cluster.addPod('p', high('2'));
    expect(await going()).toEqual(['c', 'd']);
  });

  test('gets the room of its victims, whoever waited before', async () => {
    await cluster.addPod('victim', { requests: { cpu: '4' } });
    await cluster.addPod('waiting', { requests: { cpu: '4' } });
    await cluster.addPod('p', high('4'));
    expect((await pod('p')).status.nominatedNodeName).toBe('one');
    await cluster.end('victim');
    expect(await cluster.nodeOf('p')).toBe('one');
    expect((await pod('p')).status.nominatedNodeName).toBeUndefined();
    expect(await cluster.nodeOf('waiting')).toBe('');
  });

  test('waits for the victims of the scheduler before', async () => {
    await cluster.addPod('victim', { requests: { cpu: '4' } });
    await cluster.addPod('p', high('4'));
    await cluster.restart();
    await cluster.addPod('small', { requests: { cpu: '1' } });
    expect(await going()).toEqual(['victim']);
    await cluster.end('victim');
    expect([await cluster.nodeOf('p'), await cluster.nodeOf('small')]).toEqual(['one', '']);
  });

  test('takes another node when one becomes free first', async () => {
    await cluster.addPod('victim', { requests: { cpu: '4' } });
    await cluster.addPod('p', high('4'));
    await cluster.addNode('two');
    expect(await cluster.nodeOf('p')).toBe('two');
    expect((await pod('p')).status.nominatedNodeName).toBeUndefined();
  });

  test('takes the place that a pod of a middling priority waits for', async () => {
    await cluster.addPod('victim', { requests: { cpu: '4' } });
    await cluster.addPod('middle', { requests: { cpu: '4' }, spec: { priority: 500 } });
    await cluster.addPod('p', high('4'));
    await cluster.end('victim');
    expect([await cluster.nodeOf('p'), await cluster.nodeOf('middle')]).toEqual(['one', '']);
  });

  test('lets its neighbours go that keep it away', async () => {
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } };
    const podAntiAffinity = { requiredDuringSchedulingIgnoredDuringExecution: [term] };
    await cluster.addPod('shy', { spec: { affinity: { podAntiAffinity } } });
    await cluster.addPod('web', { labels: { app: 'web' }, spec: { priority: 1000 } });
    expect(await going()).toEqual(['shy']);
    await cluster.end('shy');
    expect(await cluster.nodeOf('web')).toBe('one');
  });

  test('ends nobody where that would not help', async () => {
    await cluster.addPod('small', { requests: { cpu: '1' } });
    await cluster.addPod('p', high('5'));
    expect(await going()).toEqual([]);
    expect(await cluster.messageOf('p')).toContain('1 Preemption is not helpful for scheduling.');
  });
});
