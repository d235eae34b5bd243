import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpointslice/index.ts';
import { createNode, createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { slicesOf } from './support.ts';

const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const MANAGER = 'endpointslice-controller.k8s.io';

test('slices carry the labels of their service, and reserved ones that the service cannot change', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createNode(client, 'node01');
  await createPod(client, 'a', { ip: '10.0.0.1' });
  await createService(client, 'web', { clusterIP: 'None' }, { labels: { a: '1', [MANAGED_BY]: 'me' } });
  await settle();
  const labels = async (): Promise<unknown> => (await slicesOf(client, 'web'))[0]?.metadata.labels;
  const reserved = { 'kubernetes.io/service-name': 'web', [MANAGED_BY]: MANAGER, 'service.kubernetes.io/headless': '' };
  expect(await labels()).toEqual({ a: '1', ...reserved });

  const web = { namespace: 'default', name: 'web' };
  await client.patch('v1/services', web, 'merge', { metadata: { labels: { a: null, b: '2' } } });
  await settle();
  expect(await labels()).toEqual({ b: '2', ...reserved });
  await stop();
});
