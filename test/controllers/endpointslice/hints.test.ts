import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpointslice/index.ts';
import { createNode, createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { slicesOf } from './support.ts';

test('ready endpoints get hints as trafficDistribution asks, and lose them with it', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createNode(client, 'node01', 'west');
  await createService(client, 'web', { trafficDistribution: 'PreferSameNode' });
  await createPod(client, 'a', { ip: '10.0.0.1' });
  await createPod(client, 'b', { ip: '10.0.0.2', ready: false });
  const hints = async (): Promise<unknown> => {
    await settle();
    const [slice] = await slicesOf(client, 'web');
    return slice?.endpoints?.map((endpoint) => [endpoint.addresses?.[0], endpoint.hints]);
  };
  const web = { namespace: 'default', name: 'web' };
  const forZones = [{ name: 'west' }];
  expect(await hints()).toEqual([
    ['10.0.0.1', { forZones, forNodes: [{ name: 'node01' }] }],
    ['10.0.0.2', undefined],
  ]);
  await client.patch('v1/services', web, 'merge', { spec: { trafficDistribution: 'PreferClose' } });
  expect(await hints()).toEqual([
    ['10.0.0.1', { forZones }],
    ['10.0.0.2', undefined],
  ]);
  await client.patch('v1/services', web, 'merge', { spec: { trafficDistribution: null } });
  expect(await hints()).toEqual([
    ['10.0.0.1', undefined],
    ['10.0.0.2', undefined],
  ]);
  await stop();
});
