import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPodGarbageCollector } from '../../../controllers/pod-garbage-collector/index.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import { ApiError } from '../../../server/kube/api-error.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { Pod, PodStatus } from '../../../server/kube/types.gen.ts';
import { NODES, node } from '../../support/daemon-sets.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { key, PODS, podSpec, type Workloads, workloads } from '../../support/workloads.ts';

const FINALIZERS = ['example.com/wait'];

describe('pods that no kubelet will finish', () => {
  let cluster: Workloads;
  let clock: SimulatedClock;

  beforeEach(async () => {
    clock = new SimulatedClock();
    cluster = await workloads([createPodGarbageCollector()], { clock });
    await cluster.client.create(NODES, node('one'));
  });
  afterEach(() => cluster.stop());

  const create = async (name: string, nodeName: string, metadata: KubeObject['metadata'] = {}): Promise<void> => {
    const spec = { ...podSpec(), ...(nodeName !== '' && { nodeName }) };
    await cluster.client.create(PODS, { metadata: { ...key(name), ...metadata }, spec } as never);
    await cluster.settle();
  };
  const removeNode = async (): Promise<void> => {
    await cluster.client.delete(NODES, { namespace: '', name: 'one' });
    await cluster.settle();
  };
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await cluster.settle();
  };
  const names = async (): Promise<unknown[]> => (await cluster.pods()).map(({ metadata }) => metadata.name);
  const get = (name: string): Promise<Frozen<Pod>> => cluster.client.get<Pod>(PODS, key(name));

  test('are deleted when their node has been gone for 40 seconds', async () => {
    await create('web', 'one');
    await pass(60_000);
    await removeNode();
    await pass(39_999);
    expect(await names()).toEqual(['web']);
    await pass(1);
    expect(await names()).toEqual([]);
  });

  test('fail before, and say why', async () => {
    await create('web', 'nowhere', { finalizers: [...FINALIZERS] });
    await pass(40_000);
    const { status, metadata } = await get('web');
    expect(metadata).toMatchObject({ deletionGracePeriodSeconds: 0 });
    expect(status).toMatchObject({
      phase: 'Failed',
      conditions: [
        {
          type: 'DisruptionTarget',
          status: 'True',
          reason: 'DeletionByPodGC',
          message: 'PodGC: node no longer exists',
          observedGeneration: 1,
        },
      ],
    });
  });

  test('are asked for once, however long their finalizers take', async () => {
    await create('web', 'nowhere', { finalizers: [...FINALIZERS] });
    await pass(40_000);
    expect(cluster.writes).toEqual(['patch v1/pods/status', 'delete v1/pods']);
    await cluster.client.patch(PODS, key('web'), 'merge', { metadata: { annotations: { a: 'b' } } });
    await pass(80_000);
    expect(cluster.writes).toHaveLength(2);
  });

  test('stay when their node comes back in time', async () => {
    await create('web', 'one');
    await removeNode();
    await pass(30_000);
    await cluster.client.create(NODES, node('one'));
    await cluster.settle();
    await removeNode();
    await pass(30_000);
    expect(await names()).toEqual(['web']);
    await pass(10_000);
    expect(await names()).toEqual([]);
  });

  test('keep how they ended', async () => {
    await create('web', 'nowhere', { finalizers: [...FINALIZERS] });
    const status: Partial<PodStatus> = { phase: 'Succeeded' };
    await cluster.client.patch(PODS, key('web'), 'merge', { status }, 'status');
    await pass(40_000);
    expect((await get('web')).status).toMatchObject({ phase: 'Succeeded' });
    expect((await get('web')).metadata.deletionTimestamp).toBeDefined();
  });

  test('fail when they are deleted before they had a node', async () => {
    await create('web', '', { finalizers: [...FINALIZERS] });
    await cluster.client.delete(PODS, key('web'));
    await cluster.settle();
    const { status } = await get('web');
    expect(status.phase).toBe('Failed');
    expect(status.conditions ?? []).toEqual([]);
  });

  test('are given up when they are being deleted on a node that is out of service', async () => {
    await create('web', 'one');
    await create('other', 'one');
    await cluster.client.delete(PODS, key('web'));
    await pass(60_000);
    expect(await names()).toEqual(['other', 'web']);
    const taints = [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }];
    await cluster.client.patch(NODES, { namespace: '', name: 'one' }, 'merge', { spec: { taints } });
    await cluster.settle();
    expect(await names()).toEqual(['other']);
    await cluster.client.delete(PODS, key('other'));
    await cluster.settle();
    await expect(get('other')).rejects.toThrow(ApiError);
  });
});
