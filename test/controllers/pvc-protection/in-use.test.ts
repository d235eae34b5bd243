import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CLAIMS,
  claim,
  podWithClaims,
  type StorageCluster,
  storageCluster,
  VOLUMES,
  volume,
} from '../../support/storage.ts';
import { key, PODS } from '../../support/workloads.ts';

const ONE = { namespace: '', name: 'v' };

describe('volumes and claims that are in use', () => {
  let cluster: StorageCluster;

  beforeEach(async () => {
    cluster = await storageCluster();
    await cluster.client.create(VOLUMES, volume('v'));
    await cluster.client.create(CLAIMS, claim('c'));
    await cluster.phases();
  });
  afterEach(() => cluster.stop());

  async function unused(): Promise<unknown> {
    await cluster.settle();
    return (await cluster.claim('c'))?.status.conditions?.find(({ type }) => type === 'Unused');
  }

  test('a claim stays until its last pod is gone', async () => {
    await cluster.client.create(PODS, podWithClaims('a', ['c'], { nodeName: 'node01' }));
    await cluster.client.create(PODS, podWithClaims('b', ['c'], { nodeName: 'node01' }));
    await cluster.client.delete(CLAIMS, key('c'));
    await cluster.client.delete(PODS, key('a'), { gracePeriodSeconds: 0 });
    expect(await cluster.phases()).toEqual({ v: 'Bound c', c: 'Bound v' });
    await cluster.client.delete(PODS, key('b'), { gracePeriodSeconds: 0 });
    expect(await cluster.phases()).toEqual({ v: 'Released c' });
  });

  test('a pod without a node keeps no claim', async () => {
    await cluster.client.create(PODS, podWithClaims('a', ['c']));
    await cluster.client.delete(CLAIMS, key('c'));
    expect(await cluster.phases()).toEqual({ v: 'Released c' });
  });

  test('a volume stays until it is not bound any more', async () => {
    await cluster.client.delete(VOLUMES, ONE);
    expect(await cluster.phases()).toEqual({ v: 'Bound c', c: 'Bound v' });
    await cluster.client.delete(CLAIMS, key('c'));
    expect(await cluster.phases()).toEqual({});
  });

  test('a claim that is not bound goes at once', async () => {
    await cluster.client.create(CLAIMS, claim('d'));
    await cluster.client.delete(CLAIMS, key('d'));
    expect(await cluster.phases()).toEqual({ v: 'Bound c', c: 'Bound v' });
  });

  test('a bound claim says whether pods refer to it', async () => {
    expect(await unused()).toMatchObject({
      status: 'True',
      reason: 'NoPodsUsingPVC',
      message: 'No pods are currently referencing this PVC',
    });
    await cluster.client.create(PODS, podWithClaims('a', ['c']));
    expect(await unused()).toMatchObject({
      status: 'False',
      reason: 'PodUsingPVC',
      message: 'A pod is currently referencing this PVC',
    });
    await cluster.client.patch(PODS, key('a'), 'merge', { status: { phase: 'Succeeded' } }, 'status');
    expect(await unused()).toMatchObject({ status: 'True' });
  });

  test('finalizers that are missing come back', async () => {
    await cluster.client.patch(VOLUMES, ONE, 'merge', { metadata: { finalizers: null } });
    await cluster.client.patch(CLAIMS, key('c'), 'merge', { metadata: { finalizers: null } });
    await cluster.settle();
    expect((await cluster.volume('v'))?.metadata.finalizers).toEqual(['kubernetes.io/pv-protection']);
    expect((await cluster.claim('c'))?.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
  });
});
