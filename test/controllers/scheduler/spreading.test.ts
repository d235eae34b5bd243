import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HOST, type SchedulingCluster, schedulingCluster, ZONE } from '../../support/scheduling.ts';
import { REPLICA_SETS, replicaSet } from '../../support/workloads.ts';

describe('of the nodes that fit, a pod gets', () => {
  let cluster: SchedulingCluster;

  beforeEach(async () => {
    cluster = await schedulingCluster();
    await cluster.addNode('a1', { labels: { [ZONE]: 'a' } });
    await cluster.addNode('a2', { labels: { [ZONE]: 'a' } });
    await cluster.addNode('b1', { labels: { [ZONE]: 'b' } });
  });
  afterEach(() => cluster.stop());

  const web = { matchLabels: { app: 'web' } };
  const labels = { app: 'web' };

  test('one with few pods of its replica set', async () => {
    const set = await cluster.client.create(REPLICA_SETS, replicaSet('web'));
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: set.metadata.uid, controller: true };
    for (let i = 0; i < 12; i++) await cluster.addPod(`p${i}`, { labels, metadata: { ownerReferences: [owner] } });
    const counts = await cluster.counts();
    expect(counts.b1).toBeGreaterThanOrEqual(4);
    expect(Math.min(counts.a1 ?? 0, counts.a2 ?? 0)).toBeGreaterThanOrEqual(3);
  });

  test('one whose zone has fewer, when it asks for that', async () => {
    const constraint = { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: web };
    for (let i = 0; i < 6; i++)
      await cluster.addPod(`p${i}`, { labels, spec: { topologySpreadConstraints: [constraint] } });
    expect((await cluster.counts()).b1).toBe(3);
  });

  test('one whose zone had more, before they were given other labels', async () => {
    const constraint = { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: 'ScheduleAnyway', labelSelector: web };
    const asks = { labels, spec: { topologySpreadConstraints: [constraint] } };
    const there = ['x0', 'x1', 'x2'];
    for (const name of there) await cluster.addPod(name, { labels, spec: { nodeSelector: { [HOST]: 'b1' } } });
    await cluster.addPod('p0', asks);
    expect(await cluster.nodeOf('p0')).not.toBe('b1');
    const metadata = { labels: { app: 'other' } };
    for (const name of there)
      await cluster.client.patch('v1/pods', { namespace: 'default', name }, 'merge', { metadata });
    await cluster.addPod('p1', asks);
    expect(await cluster.nodeOf('p1')).toBe('b1');
  });

  test('one that has a label it prefers', async () => {
    await cluster.changeNode('a2', { metadata: { labels: { disk: 'fast' } } });
    const preference = { matchExpressions: [{ key: 'disk', operator: 'In', values: ['fast'] }] };
    const preferredDuringSchedulingIgnoredDuringExecution = [{ weight: 1, preference }];
    const affinity = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution } };
    for (let i = 0; i < 3; i++) await cluster.addPod(`p${i}`, { spec: { affinity } });
    expect(await cluster.counts()).toEqual({ a2: 3 });
  });

  test('none that asks it to go elsewhere', async () => {
    const taints = [{ key: 'k', effect: 'PreferNoSchedule' }];
    for (const name of ['a1', 'a2']) await cluster.changeNode(name, { spec: { taints } });
    for (let i = 0; i < 3; i++) await cluster.addPod(`p${i}`);
    expect(await cluster.counts()).toEqual({ b1: 3 });
  });

  test('one near to pods that it likes, far from those that it does not', async () => {
    await cluster.addPod('web', { labels, spec: { nodeSelector: { [HOST]: 'a1' } } });
    const podAffinityTerm = { topologyKey: HOST, labelSelector: web };
    const preferredDuringSchedulingIgnoredDuringExecution = [{ weight: 100, podAffinityTerm }];
    await cluster.addPod('friend', {
      spec: { affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution } } },
    });
    expect(await cluster.nodeOf('friend')).toBe('a1');
    const far = {
      preferredDuringSchedulingIgnoredDuringExecution: [
        { weight: 100, podAffinityTerm: { ...podAffinityTerm, topologyKey: ZONE } },
      ],
    };
    await cluster.addPod('foe', { spec: { affinity: { podAntiAffinity: far } } });
    expect(await cluster.nodeOf('foe')).toBe('b1');
  });

  test('one that likes it', async () => {
    const podAffinityTerm = { topologyKey: HOST, labelSelector: web };
    const preferredDuringSchedulingIgnoredDuringExecution = [{ weight: 100, podAffinityTerm }];
    const affinity = { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution } };
    await cluster.addPod('host', { spec: { affinity, nodeSelector: { [HOST]: 'a2' } } });
    await cluster.addPod('p', { labels });
    expect(await cluster.nodeOf('p')).toBe('a2');
  });

  test('the emptiest', async () => {
    await cluster.addPod('x', { requests: { cpu: '3', memory: '6Gi' }, spec: { nodeSelector: { [HOST]: 'a1' } } });
    await cluster.addPod('y', { requests: { cpu: '1', memory: '2Gi' }, spec: { nodeSelector: { [HOST]: 'a2' } } });
    await cluster.addPod('p', { requests: { cpu: '100m', memory: '200Mi' } });
    expect(await cluster.nodeOf('p')).toBe('b1');
  });

  test('one that has its large image', async () => {
    const images = [{ names: ['registry.example/large:v1'], sizeBytes: 900 * 1024 * 1024 }];
    await cluster.addNode('c1', { status: { images } });
    const containers = [{ name: 'c', image: 'registry.example/large:v1' }];
    for (let i = 0; i < 2; i++) await cluster.addPod(`p${i}`, { spec: { containers } as never });
    expect(await cluster.counts()).toEqual({ c1: 2 });
  });
});
