import { expect, it } from 'vitest';
import { lintedCluster } from './support.ts';

it('says nothing of the controllers of the server, nor of kubectl and the test itself', async () => {
  await using shop = await lintedCluster({ nodes: 2, kubeletEvents: 'all' });
  const deployment = (replicas: number): object => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  });
  for (const replicas of [5, 1, 4, 0, 3]) {
    await shop.cluster.apply(deployment(replicas));
    await shop.cluster.settle();
  }
  expect(shop.cluster.requests.find({ verb: 'patch,update' }, { controllers: true }).length).toBeGreaterThan(20);
  expect(await shop.findings()).toEqual([]);
});
