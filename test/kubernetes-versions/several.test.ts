import { expect, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';

async function nodeAndSet(cluster: RunningCluster): Promise<[version: unknown, set: unknown]> {
  await cluster.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx, labels: {app: nginx}}
spec:
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: nginx}]}
`);
  await cluster.settle();
  const transport = cluster.transport();
  const node = await transport.send({
    verb: 'get',
    resource: 'v1/nodes',
    key: { namespace: '', name: 'node01' },
  });
  const { items } = await transport.list({ resource: 'apps/v1/replicasets', namespace: 'default' });
  const { nodeInfo } = node.status as { nodeInfo: { kubeletVersion: string } };
  return [nodeInfo.kubeletVersion, items[0]?.metadata.name];
}

test('clusters of several versions live in one process, each as its own', async () => {
  await using old = await startCluster({ kubernetesVersion: 'v1.31.4', nodes: 1 });
  await using newest = await startCluster({ nodes: 1 });
  await using middle = await startCluster({ kubernetesVersion: '1.34', nodes: 1 });
  expect([old.kubernetesVersion, newest.kubernetesVersion, middle.kubernetesVersion]).toEqual([
    'v1.31.4',
    'v1.37.2',
    'v1.34.4',
  ]);
  // The names are those that clusters of these versions give everywhere.
  expect(await nodeAndSet(old)).toEqual(['v1.31.4', 'nginx-676b6c5bbc']);
  expect(await nodeAndSet(middle)).toEqual(['v1.34.4', 'nginx-66686b6766']);
  const [version, name] = await nodeAndSet(newest);
  expect(version).toBe('v1.37.2');
  expect(['nginx-676b6c5bbc', 'nginx-66686b6766']).not.toContain(name);
});
