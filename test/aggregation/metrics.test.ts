import { expect, test } from 'vitest';
import { extensionServer } from '../support/aggregation/extension-server.ts';
import { API_SERVICES, apiService, register, settled } from '../support/aggregation/registration.ts';
import { readMetrics } from '../support/metrics.ts';
import { create, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const NAME = 'v1.kitchen.example.com';

async function counted(cluster: SecuredCluster): Promise<unknown> {
  const families = readMetrics(String((await cluster.ask('GET', '/metrics')).body));
  const of = (name: string): unknown =>
    families
      .get(name)
      ?.samples.filter(({ labels }) => labels.name === NAME)
      .map(({ labels, value }) => [labels.reason, value]);
  return [of('aggregator_unavailable_apiservice'), of('aggregator_unavailable_apiservice_total')];
}

test('how often an API was lost is counted, and whether it is there', async () => {
  await using server = await extensionServer();
  await using cluster = await securedCluster();
  await register(cluster, server);
  expect(await counted(cluster)).toEqual([[[undefined, 0]], undefined]);
  await cluster.ask('DELETE', '/api/v1/namespaces/default/services/kitchen');
  await settled(cluster);
  expect(await counted(cluster)).toEqual([[[undefined, 1]], [['ServiceNotFound', 1]]]);
  await cluster.ask('DELETE', '/metrics');
  expect(await counted(cluster)).toEqual([[[undefined, 1]], undefined]);
});

test('an API that never was there has not been lost', async () => {
  await using cluster = await securedCluster();
  await create(cluster, API_SERVICES, apiService({ port: 443, caBundle: '' }));
  await settled(cluster);
  expect(await counted(cluster)).toEqual([[[undefined, 1]], undefined]);
});
