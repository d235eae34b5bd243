import { expect, test } from 'vitest';
import { controller as endpointSlices } from '../../../controllers/endpointslice/index.ts';
import { controller as garbageCollector } from '../../../controllers/garbage-collector/index.ts';
import { createNode, createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { addressesIn, SLICES, slicesOf } from './support.ts';

test('slices go with their service, and a new one of that name has slices of its own', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [endpointSlices, garbageCollector] });
  await createNode(client, 'node01');
  await createPod(client, 'a', { ip: '10.0.0.1' });
  await createService(client, 'web');
  await createService(client, 'other');
  await settle();
  const [old] = await slicesOf(client, 'web');
  await client.delete('v1/services', { namespace: 'default', name: 'web' });
  await createService(client, 'web');
  await settle();
  const [slice, ...others] = await slicesOf(client, 'web');
  expect(others).toEqual([]);
  expect(slice?.metadata.uid).not.toBe(old?.metadata.uid);
  expect(addressesIn(slice ? [slice] : [])).toEqual([['10.0.0.1']]);

  await client.delete('v1/services', { namespace: 'default', name: 'web' });
  await settle();
  expect(await slicesOf(client, 'web')).toEqual([]);
  expect(await client.list(SLICES, 'default')).toHaveLength(1);
  await stop();
});
