import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isPodReady } from '../../../controllers/lib/pods.ts';
import { type NodeCluster, nodeCluster } from '../../support/node-cluster.ts';

const BEHAVIOUR = 'fauxkube.dev/behaviour';

describe('a node whose kubelet falls silent', () => {
  let nodes: NodeCluster;

  beforeEach(async () => {
    nodes = await nodeCluster();
    await nodes.createPod('web', { nodeName: 'node01' });
  });
  afterEach(() => nodes[Symbol.asyncDispose]());

  const lose = (): Promise<void> => nodes.annotateNode('node01', { [BEHAVIOUR]: 'node-lost' });
  const find = (): Promise<void> => nodes.annotateNode('node01', { [BEHAVIOUR]: null });

  test('is ready as long as its lease is renewed', async () => {
    await nodes.pass(600_000);
    expect(await nodes.condition('node01', 'Ready')).toMatchObject({ status: 'True' });
    expect(await nodes.events('node01')).toEqual([
      'Normal RegisteredNode Node node01 event: Registered Node node01 in Controller',
    ]);
  });

  test('is unknown after 50 seconds, and upstream says so', async () => {
    await lose();
    await nodes.pass(39_000);
    expect(await nodes.condition('node01', 'Ready')).toMatchObject({ status: 'True' });
    await nodes.pass(12_000);
    for (const type of ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'])
      expect(await nodes.condition('node01', type)).toMatchObject({
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
      });
    expect(await nodes.condition('node02', 'Ready')).toMatchObject({ status: 'True' });
    expect(await nodes.events('node01')).toContain('Normal NodeNotReady Node node01 status is now: NodeNotReady');
  });

  test('keeps new pods away and drives old ones off, by the key of both taints', async () => {
    await lose();
    await nodes.pass(51_000);
    expect((await nodes.taints('node01')).sort()).toEqual([
      'node.kubernetes.io/unreachable:NoExecute',
      'node.kubernetes.io/unreachable:NoSchedule',
    ]);
  });

  test('has pods that are not ready', async () => {
    expect(isPodReady(await nodes.pod('web'))).toBe(true);
    await lose();
    await nodes.pass(51_000);
    const { phase, conditions } = (await nodes.pod('web')).status;
    expect(phase).toBe('Running');
    expect(conditions?.find(({ type }) => type === 'Ready')).toMatchObject({ status: 'False' });
    expect(conditions?.find(({ type }) => type === 'ContainersReady')).toMatchObject({ status: 'True' });
    expect(await nodes.events('web')).toContain('Warning NodeNotReady Node is not ready');
  });

  test('loses its pods after five minutes, but nobody ends them', async () => {
    await lose();
    await nodes.pass(51_000);
    await nodes.pass(299_000);
    expect((await nodes.pod('web')).metadata.deletionTimestamp).toBeUndefined();
    await nodes.pass(61_000);
    expect((await nodes.pod('web')).metadata.deletionTimestamp).toBeDefined();
    expect(await nodes.podNames()).toEqual(['web']);
  });

  test('is as before when it comes back, and so are its pods', async () => {
    await lose();
    await nodes.pass(60_000);
    await find();
    await nodes.pass(1000);
    expect(await nodes.condition('node01', 'Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
    expect(await nodes.taints('node01')).toEqual([]);
    expect(isPodReady(await nodes.pod('web'))).toBe(true);
    await nodes.pass(600_000);
    expect(await nodes.podNames()).toEqual(['web']);
    expect(await nodes.condition('node01', 'Ready')).toMatchObject({ status: 'True' });
  });

  test('ends the pods that were deleted meanwhile, when it comes back', async () => {
    await lose();
    await nodes.pass(600_000);
    await find();
    await nodes.pass(1000);
    expect(await nodes.podNames()).toEqual([]);
  });
});
