import { afterEach, describe, expect, test } from 'vitest';
import { controller as statefulSets } from '../../../controllers/statefulset/index.ts';
import { readyPods } from '../../support/ready-pods.ts';
import { images, podLife, STATEFUL_SETS, statefulSet, statusOf } from '../../support/stateful-sets.ts';
import { key, newImage, PODS, type Workloads, workloads } from '../../support/workloads.ts';

describe('a stateful set with a new template', () => {
  let cluster: Workloads;

  afterEach(() => cluster.stop());

  const rolling = (rollingUpdate: object): object => ({ updateStrategy: { type: 'RollingUpdate', rollingUpdate } });

  /** Pods of the image `broken` never become ready. */
  async function start(spec: object = {}): Promise<void> {
    cluster = await workloads([statefulSets, readyPods((pod) => pod.spec.containers?.[0]?.image !== 'broken')]);
    await cluster.client.create(STATEFUL_SETS, statefulSet('web', spec));
    await cluster.settle();
  }

  async function change(patch: object): Promise<void> {
    await cluster.client.patch(STATEFUL_SETS, key('web'), 'strategic', patch);
    await cluster.settle();
  }

  test('replaces its pods one by one, the highest ordinal first', async () => {
    await start();
    const before = await statusOf(cluster);
    await change(newImage('nginx:2'));
    const replaced = ['-web-2', '+web-2', '-web-1', '+web-1', '-web-0', '+web-0'];
    expect((await podLife(cluster)).filter((step) => replaced.includes(step))).toHaveLength(6);
    expect((await podLife(cluster)).slice(0, 2)).toEqual(['-web-2', '+web-2']);
    expect(await images(cluster)).toEqual(['web-0 nginx:2', 'web-1 nginx:2', 'web-2 nginx:2']);
    const after = await statusOf(cluster);
    expect(after.currentRevision).toBe(after.updateRevision);
    expect(after.currentRevision).not.toBe(before.currentRevision);
    expect(after).toMatchObject({ currentReplicas: 3, updatedReplicas: 3, observedGeneration: 2 });
  });

  test('leaves pods below the partition alone, and replaces lost ones by pods of the old template', async () => {
    await start(rolling({ partition: 2 }));
    await change(newImage('nginx:2'));
    expect(await images(cluster)).toEqual(['web-0 nginx:1', 'web-1 nginx:1', 'web-2 nginx:2']);
    const { currentRevision, updateRevision, ...status } = await statusOf(cluster);
    expect(status).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
    expect(currentRevision).not.toBe(updateRevision);
    await cluster.client.delete(PODS, key('web-0'));
    await cluster.client.delete(PODS, key('web-2'));
    await cluster.settle();
    expect(await images(cluster)).toEqual(['web-0 nginx:1', 'web-1 nginx:1', 'web-2 nginx:2']);
    await change({ spec: rolling({ partition: 0 }) });
    expect(await images(cluster)).toEqual(['web-0 nginx:2', 'web-1 nginx:2', 'web-2 nginx:2']);
    expect(await statusOf(cluster)).toMatchObject({ currentRevision: updateRevision, currentReplicas: 3 });
  });

  test('stops at a pod that does not become ready, and even the old template needs that pod deleted', async () => {
    await start();
    await change(newImage('broken'));
    expect(await images(cluster)).toEqual(['web-0 nginx:1', 'web-1 nginx:1', 'web-2 broken']);
    await change(newImage('nginx:1'));
    expect(await images(cluster)).toEqual(['web-0 nginx:1', 'web-1 nginx:1', 'web-2 broken']);
    await cluster.client.delete(PODS, key('web-2'));
    await cluster.settle();
    expect(await images(cluster)).toEqual(['web-0 nginx:1', 'web-1 nginx:1', 'web-2 nginx:1']);
  });

  test.each([
    [2, 2],
    ['50%', 2],
    ['10%', 1],
  ])('may miss maxUnavailable: %s of five pods at a time', async (maxUnavailable, missing) => {
    await start({ replicas: 5, ...rolling({ maxUnavailable }) });
    await change(newImage('broken'));
    const old = (await images(cluster)).filter((image) => image.endsWith('nginx:1'));
    expect(old).toHaveLength(5 - missing);
  });

  test('under Parallel replaces broken pods at once, and working ones within the bound', async () => {
    await start({ podManagementPolicy: 'Parallel', ...rolling({ maxUnavailable: 1 }) });
    await change(newImage('broken'));
    expect(await images(cluster)).toEqual(['web-0 nginx:1', 'web-1 nginx:1', 'web-2 broken']);
    await change(newImage('nginx:2'));
    expect(await images(cluster)).toEqual(['web-0 nginx:2', 'web-1 nginx:2', 'web-2 nginx:2']);
  });

  test('with OnDelete waits until somebody deletes a pod', async () => {
    await start({ updateStrategy: { type: 'OnDelete' } });
    await change(newImage('nginx:2'));
    expect(await images(cluster)).toEqual(['web-0 nginx:1', 'web-1 nginx:1', 'web-2 nginx:1']);
    await cluster.client.delete(PODS, key('web-1'));
    await cluster.settle();
    expect(await images(cluster)).toEqual(['web-0 nginx:1', 'web-1 nginx:2', 'web-2 nginx:1']);
    expect(await statusOf(cluster)).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
  });
});
