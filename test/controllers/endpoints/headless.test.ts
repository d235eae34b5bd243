import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpoints/index.ts';
import type { Endpoints } from '../../../server/kube/types.gen.ts';
import { createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';

test('headless services need no ports, are labelled, and name the pods of their subdomain', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createService(client, 'peers', { clusterIP: 'None', ports: [] });
  await createPod(client, 'a', { ip: '10.0.0.1', spec: { hostname: 'first', subdomain: 'peers' } });
  await createPod(client, 'b', { ip: '10.0.0.2', spec: { hostname: 'second', subdomain: 'others' } });
  await settle();
  const endpoints = await client.get<Endpoints>('v1/endpoints', { namespace: 'default', name: 'peers' });
  expect(endpoints.metadata.labels).toEqual({
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    'service.kubernetes.io/headless': '',
  });
  const [subset, ...others] = endpoints.subsets ?? [];
  expect(others).toEqual([]);
  expect(subset?.ports).toBeUndefined();
  expect(subset?.addresses?.map(({ ip, hostname }) => [ip, hostname])).toEqual([
    ['10.0.0.1', 'first'],
    ['10.0.0.2', undefined],
  ]);
  await stop();
});
