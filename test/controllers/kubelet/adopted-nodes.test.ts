import { expect, test } from 'vitest';
import { nodeCluster } from '../../support/node-cluster.ts';

const READY = [{ type: 'Ready', status: 'True', reason: 'Mine', lastHeartbeatTime: '2026-01-01T00:00:00Z' }];

test('a node that a client makes and nobody speaks for is simulated after half a second', async () => {
  await using nodes = await nodeCluster({ nodes: 0 });
  await nodes.createNode('mine', { status: { capacity: { cpu: '2', pods: '10' } } });
  expect(await nodes.condition('mine', 'Ready')).toBeUndefined();
  await nodes.pass(1100);
  expect(await nodes.condition('mine', 'Ready')).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  expect((await nodes.node('mine')).status).toMatchObject({
    capacity: { cpu: '2' },
    addresses: [{ address: '172.18.0.11' }, {}],
  });
  await nodes.createPod('web', {});
  expect((await nodes.pod('web')).status.phase).toBe('Running');
});

test('a node that says of itself that it is fake is simulated at once', async () => {
  await using nodes = await nodeCluster({ nodes: 0 });
  await nodes.createNode('kwok', { metadata: { name: 'kwok', annotations: { 'kwok.x-k8s.io/node': 'fake' } } });
  expect(await nodes.condition('kwok', 'Ready')).toMatchObject({ status: 'True' });
});

test('a node whose own kubelet speaks for it is left alone, and lost when that falls silent', async () => {
  await using nodes = await nodeCluster({ nodes: 1 });
  await nodes.createNode('theirs', { status: { conditions: READY } });
  await nodes.pass(40_000);
  expect(await nodes.condition('theirs', 'Ready')).toMatchObject({ status: 'True', reason: 'Mine' });
  await nodes.pass(20_000);
  expect(await nodes.condition('theirs', 'Ready')).toMatchObject({ status: 'Unknown', reason: 'NodeStatusUnknown' });
  expect(await nodes.condition('theirs', 'PIDPressure')).toMatchObject({ reason: 'NodeStatusNeverUpdated' });
});

test('a simulated node has the labels of its machine, and keeps those that its author gave it', async () => {
  await using nodes = await nodeCluster({ nodes: 0 });
  await nodes.createNode('mine', { metadata: { name: 'mine', labels: { 'kubernetes.io/os': 'windows', zone: 'a' } } });
  expect((await nodes.node('mine')).metadata.labels).not.toHaveProperty(['kubernetes.io/hostname']);
  await nodes.pass(600);
  expect((await nodes.node('mine')).metadata.labels).toEqual({
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'windows',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': 'mine',
    'kubernetes.io/os': 'windows',
    zone: 'a',
  });
});
