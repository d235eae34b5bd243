import { expect, test } from 'vitest';
import { createTtl } from '../../../controllers/ttl/index.ts';
import { type TestCluster, testCluster } from '../../support/test-cluster.ts';

const NODES = 'v1/nodes';
const TTL = 'node.alpha.kubernetes.io/ttl';

async function grow({ client, settle }: TestCluster, from: number, to: number): Promise<void> {
  for (let i = from; i < to; i++) await client.create(NODES, { metadata: { name: `n${i}` } });
  await settle();
}

async function ttlOf({ client }: TestCluster, name: string): Promise<string | undefined> {
  return (await client.get(NODES, { namespace: '', name })).metadata.annotations?.[TTL];
}

test('nodes are told how long to keep what they read, longer in larger clusters', async () => {
  const cluster = await testCluster({ controllers: [createTtl()] });
  try {
    await grow(cluster, 0, 100);
    expect(await ttlOf(cluster, 'n99')).toBe('0');
    await grow(cluster, 100, 101);
    expect(await ttlOf(cluster, 'n100')).toBe('15');
    expect(await ttlOf(cluster, 'n0')).toBe('0');
    // As upstream: the others follow when they change.
    await cluster.client.patch(NODES, { namespace: '', name: 'n0' }, 'merge', { metadata: { labels: { a: 'b' } } });
    await cluster.settle();
    expect(await ttlOf(cluster, 'n0')).toBe('15');
  } finally {
    await cluster.stop();
  }
});
