import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createScheduler } from '../../../controllers/scheduler/index.ts';
import { controller as provisioner } from '../../../controllers/storage-provisioner/index.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import {
  CLAIMS,
  CLASSES,
  claim,
  podWithClaims,
  type StorageCluster,
  storageClass,
  storageCluster,
  VOLUMES,
  volume,
} from '../../support/storage.ts';
import { key, PODS, podSpec } from '../../support/workloads.ts';

const OURS = 'storage.fauxkube.dev';
const LATER = { volumeBindingMode: 'WaitForFirstConsumer' };
const HOST = 'kubernetes.io/hostname';

const onNode = (name: string): object => {
  const term = { matchExpressions: [{ key: HOST, operator: 'In', values: [name] }] };
  return { nodeAffinity: { required: { nodeSelectorTerms: [term] } } };
};

describe('pods with claims', () => {
  let cluster: StorageCluster;

  beforeEach(async () => {
    cluster = await storageCluster([createScheduler(), provisioner]);
    for (const name of ['node01', 'node02']) {
      const status = { allocatable: { pods: '9', cpu: '4', memory: '4Gi' } };
      await cluster.client.create('v1/nodes', { metadata: { name, labels: { [HOST]: name } }, status });
    }
  });
  afterEach(() => cluster.stop());

  async function pod(name: string): Promise<{ node: string; message: string }> {
    await cluster.settle();
    const { spec, status } = await cluster.get<Pod>(PODS, name);
    const condition = status.conditions?.find(({ type }) => type === 'PodScheduled');
    return { node: spec.nodeName ?? '', message: condition?.message ?? '' };
  }

  const refused = (reason: string): string => `0/2 nodes are available: ${reason}. not found`;

  test('wait for a claim that does not exist, then for its volume', async () => {
    await cluster.client.create(PODS, podWithClaims('p', ['c']));
    expect(await pod('p')).toEqual({ node: '', message: refused('persistentvolumeclaim "c" not found') });
    await cluster.client.create(CLAIMS, claim('c'));
    const unbound = 'pod has unbound immediate PersistentVolumeClaims';
    expect(await pod('p')).toEqual({ node: '', message: refused(unbound) });
    await cluster.client.create(VOLUMES, volume('v'));
    expect((await pod('p')).node).not.toBe('');
  });

  test('do not run with a claim that has lost its volume', async () => {
    const annotations = { 'pv.kubernetes.io/bind-completed': 'yes' };
    await cluster.client.create(CLAIMS, claim('c', { volumeName: 'gone' }, { annotations }));
    await cluster.settle();
    await cluster.client.create(PODS, podWithClaims('p', ['c']));
    const lost = 'persistentvolumeclaim "c" bound to non-existent persistentvolume "gone"';
    expect((await pod('p')).message).toBe(refused(lost));
  });

  test('wait for the claim that is made for their ephemeral volume', async () => {
    const volumeClaimTemplate = { spec: claim('').spec };
    const volumes = [{ name: 'v', ephemeral: { volumeClaimTemplate } }];
    await cluster.client.create(PODS, { metadata: key('p'), spec: { ...podSpec(), volumes } } as never);
    const waiting = 'waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"';
    expect((await pod('p')).message).toBe(refused(waiting));
  });

  test('go where their volume is', async () => {
    for (const node of ['node01', 'node02']) {
      await cluster.client.create(VOLUMES, volume(`v-${node}`, onNode(node)));
      await cluster.client.create(CLAIMS, claim(`c-${node}`, { volumeName: `v-${node}` }));
    }
    await cluster.settle();
    for (const node of ['node01', 'node02']) {
      await cluster.client.create(PODS, podWithClaims(node, [`c-${node}`]));
      expect((await pod(node)).node).toBe(node);
    }
    await cluster.client.create(PODS, podWithClaims('p', ['c-node01'], { nodeSelector: { [HOST]: 'node02' } }));
    expect((await pod('p')).message).toBe(
      "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) didn't match " +
        "Pod's node affinity/selector. preemption: 0/2 nodes are available: " +
        '2 Preemption is not helpful for scheduling.',
    );
  });

  test('bind claims that wait for them to volumes that they can reach', async () => {
    await cluster.client.create(CLASSES, storageClass('slow', 'kubernetes.io/no-provisioner', LATER));
    await cluster.client.create(CLAIMS, claim('c'));
    await cluster.client.create(PODS, podWithClaims('p', ['c']));
    expect((await pod('p')).message).toBe(
      "0/2 nodes are available: 2 node(s) didn't find available persistent volumes to bind. preemption: 0/2 nodes " +
        'are available: 2 Preemption is not helpful for scheduling.',
    );
    await cluster.client.create(VOLUMES, volume('v', onNode('node02')));
    expect((await pod('p')).node).toBe('node02');
    expect(await cluster.phases()).toEqual({ v: 'Bound c', c: 'Bound v' });
  });

  test('tell provisioners where they will run, and go there', async () => {
    await cluster.client.create(CLASSES, storageClass('slow', OURS, LATER));
    const names = Array.from({ length: 6 }, (_, i) => String(i));
    for (const name of names) await cluster.client.create(CLAIMS, claim(name));
    await Promise.all(names.map((name) => cluster.client.create(PODS, podWithClaims(`p${name}`, [name]))));
    for (const name of names) {
      const { node } = await pod(`p${name}`);
      expect(node).not.toBe('');
      const bound = await cluster.claim(name);
      expect(bound?.status.phase).toBe('Bound');
      expect(bound?.metadata.annotations).toMatchObject({ 'volume.kubernetes.io/selected-node': node });
    }
  });

  test('that wait at once never get one volume between them', async () => {
    await cluster.client.create(CLASSES, storageClass('slow', 'kubernetes.io/no-provisioner', LATER));
    const names = Array.from({ length: 6 }, (_, i) => String(i));
    for (const name of names) {
      await cluster.client.create(VOLUMES, volume(`v${name}`));
      await cluster.client.create(CLAIMS, claim(name));
    }
    await cluster.settle();
    await Promise.all(names.map((name) => cluster.client.create(PODS, podWithClaims(`p${name}`, [name]))));
    for (const name of names) expect((await pod(`p${name}`)).node).not.toBe('');
    const volumes = await Promise.all(names.map(async (name) => (await cluster.claim(name))?.spec.volumeName));
    expect(new Set(volumes).size).toBe(6);
  });

  test('are refused a claim for one pod that another uses', async () => {
    const accessModes = ['ReadWriteOncePod'];
    await cluster.client.create(VOLUMES, volume('v', { accessModes }));
    await cluster.client.create(CLAIMS, claim('c', { accessModes }));
    await cluster.settle();
    await cluster.client.create(PODS, podWithClaims('a', ['c']));
    expect((await pod('a')).node).not.toBe('');
    await cluster.client.create(PODS, podWithClaims('b', ['c']));
    expect((await pod('b')).message).toBe(
      '0/2 nodes are available: 2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode ' +
        'already in-use by another pod. preemption: 0/2 nodes are available: 2 No preemption victims found for ' +
        'incoming pod.',
    );
    await cluster.client.delete(PODS, key('a'), { gracePeriodSeconds: 0 });
    expect((await pod('b')).node).not.toBe('');
  });
});
