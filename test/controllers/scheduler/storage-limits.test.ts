import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createScheduler } from '../../../controllers/scheduler/index.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
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
import { PODS } from '../../support/workloads.ts';

const DRIVER = 'csi.example';
const DRIVERS = 'storage.k8s.io/v1/csidrivers';
const CSI_NODES = 'storage.k8s.io/v1/csinodes';
const CAPACITIES = 'storage.k8s.io/v1/csistoragecapacities';
const HOST = 'kubernetes.io/hostname';

describe('storage of a driver', () => {
  let cluster: StorageCluster;

  beforeEach(async () => {
    cluster = await storageCluster([createScheduler()]);
    for (const name of ['node01', 'node02']) {
      const status = { allocatable: { pods: '9', cpu: '4', memory: '4Gi' } };
      await cluster.client.create('v1/nodes', { metadata: { name, labels: { [HOST]: name } }, status } as KubeObject);
    }
  });
  afterEach(() => cluster.stop());

  async function pod(name: string, claims: readonly string[]): Promise<{ node: string; message: string }> {
    await cluster.client.create(PODS, podWithClaims(name, [...claims]));
    await cluster.settle();
    return look(name);
  }

  async function look(name: string): Promise<{ node: string; message: string }> {
    const { spec, status } = await cluster.get<Pod>(PODS, name);
    const nominated = status.nominatedNodeName ?? '';
    const condition = status.conditions?.find(({ type }) => type === 'PodScheduled');
    return { node: spec.nodeName ?? nominated, message: condition?.message ?? '' };
  }

  test('is only made where there is enough of it', async () => {
    await cluster.client.create(DRIVERS, { metadata: { name: DRIVER }, spec: { storageCapacity: true } } as KubeObject);
    const later = { volumeBindingMode: 'WaitForFirstConsumer' };
    await cluster.client.create(CLASSES, storageClass('slow', DRIVER, later));
    await cluster.client.create(CLAIMS, claim('c'));
    expect((await pod('p', ['c'])).message).toContain('2 node(s) did not have enough free storage');
    const nodeTopology = { matchLabels: { [HOST]: 'node02' } };
    await cluster.client.create(CAPACITIES, {
      metadata: { name: 'two', namespace: 'default' },
      storageClassName: 'slow',
      capacity: '100Gi',
      nodeTopology,
    } as KubeObject);
    await cluster.settle();
    expect((await look('p')).node).toBe('node02');
    expect((await cluster.claim('c'))?.metadata.annotations).toMatchObject({
      'volume.kubernetes.io/selected-node': 'node02',
    });
  });

  test('is attached to a node so often and not more', async () => {
    for (const name of ['node01', 'node02']) {
      const drivers = [{ name: DRIVER, nodeID: name, allocatable: { count: 1 } }];
      await cluster.client.create(CSI_NODES, { metadata: { name }, spec: { drivers } } as KubeObject);
    }
    for (const name of ['a', 'b', 'c']) {
      const { spec, metadata } = volume(`v-${name}`) as KubeObject & { spec: Record<string, unknown> };
      const { hostPath: _none, ...others } = spec;
      const csi = { driver: DRIVER, volumeHandle: name };
      await cluster.client.create(VOLUMES, { metadata, spec: { ...others, csi } } as KubeObject);
      await cluster.client.create(CLAIMS, claim(name, { volumeName: `v-${name}` }));
    }
    await cluster.settle();
    const nodes = [(await pod('pa', ['a'])).node, (await pod('pb', ['b'])).node];
    expect([...nodes].sort()).toEqual(['node01', 'node02']);
    expect((await pod('pc', ['c'])).message).toContain('2 node(s) exceed max volume count');
    // The same volume once more is none more.
    expect((await pod('pa2', ['a'])).node).toBe(nodes[0]);
  });
});
