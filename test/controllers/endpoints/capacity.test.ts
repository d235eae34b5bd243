import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpoints/index.ts';
import type { Endpoints } from '../../../server/kube/types.gen.ts';
import { createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';

const KEY = { namespace: 'default', name: 'web' };
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

test('a thousand addresses are the most, ready ones before the others, and the annotation says so', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createService(client, 'web');
  for (let i = 0; i < 1100; i++) await createPod(client, `p${i}`, { ip: `10.0.${i >> 8}.${i & 255}`, ready: i < 900 });
  await settle();
  const full = await client.get<Endpoints>('v1/endpoints', KEY);
  expect(full.metadata.annotations?.[OVER_CAPACITY]).toBe('truncated');
  expect(full.subsets?.map((subset) => [subset.addresses?.length, subset.notReadyAddresses?.length])).toEqual([
    [900, 100],
  ]);

  for (let i = 1000; i < 1100; i++) {
    await client.delete('v1/pods', { namespace: 'default', name: `p${i}` }, { gracePeriodSeconds: 0 });
  }
  await settle();
  const fits = await client.get<Endpoints>('v1/endpoints', KEY);
  expect(fits.metadata.annotations?.[OVER_CAPACITY]).toBeUndefined();
  expect(fits.subsets?.map((subset) => [subset.addresses?.length, subset.notReadyAddresses?.length])).toEqual([
    [900, 100],
  ]);
  await stop();
});
