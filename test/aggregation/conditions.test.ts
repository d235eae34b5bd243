import { expect, test } from 'vitest';
import { settled } from '../support/aggregation/registration.ts';
import { type Chapter, playStory } from '../support/aggregation/story.ts';
import { golden } from '../support/golden.ts';
import { create, securedCluster } from '../support/secured-cluster.ts';

const NAMESPACE = 'golden-aggregation';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

test('the condition of an APIService tells what keeps its server from being reached', async () => {
  await using cluster = await securedCluster();
  await create(cluster, '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  const told = await playStory({
    namespace: NAMESPACE,
    ask: async (method, path, body, patch) => {
      const [plain = '', table] = path.split('?');
      const headers = [
        ...(patch ? [['content-type', 'application/merge-patch+json'] as const] : []),
        ...(table === undefined ? [] : [['accept', TABLE] as const]),
      ];
      return cluster.ask(method, plain, { headers, ...(body && { body }) });
    },
    told: () => settled(cluster),
  });
  expect(told).toEqual(golden<Chapter>('aggregation/conditions.json'));
});
