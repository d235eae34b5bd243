import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpoints/index.ts';
import type { Endpoints } from '../../../server/kube/types.gen.ts';
import { createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';

test('pods enter and leave services with their labels and with the selectors', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createService(client, 'web');
  await createService(client, 'api', { selector: { app: 'web', tier: 'api' } });
  await createPod(client, 'a', { ip: '10.0.0.1' });
  const ips = async (name: string): Promise<string[]> => {
    await settle();
    const { subsets = [] } = await client.get<Endpoints>('v1/endpoints', { namespace: 'default', name });
    return subsets.flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip));
  };
  expect([await ips('web'), await ips('api')]).toEqual([['10.0.0.1'], []]);

  const a = { namespace: 'default', name: 'a' };
  await client.patch('v1/pods', a, 'merge', { metadata: { labels: { tier: 'api' } } });
  expect([await ips('web'), await ips('api')]).toEqual([['10.0.0.1'], ['10.0.0.1']]);

  await client.patch('v1/pods', a, 'merge', { metadata: { labels: { app: 'constructor' } } });
  expect([await ips('web'), await ips('api')]).toEqual([[], []]);

  const web = { namespace: 'default', name: 'web' };
  await client.patch('v1/services', web, 'merge', { spec: { selector: { app: 'constructor' } } });
  expect(await ips('web')).toEqual(['10.0.0.1']);
  await stop();
});

test('services without a selector keep the endpoints that somebody else writes', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const key = { namespace: 'default', name: 'manual' };
  await client.create('v1/services', { metadata: key, spec: { ports: [{ port: 80 }] } } as never);
  const subsets = [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }];
  await client.create('v1/endpoints', { metadata: key, subsets } as never);
  await settle();
  const found = await client.get<Endpoints>('v1/endpoints', key);
  expect(found.subsets?.[0]?.addresses).toEqual([{ ip: '192.0.2.1' }]);
  expect(found.metadata.labels).toBeUndefined();
  await stop();
});
