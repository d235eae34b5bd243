import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpointslice/index.ts';
import { createNode, createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { slicesOf } from './support.ts';

test('a pod that is being deleted still serves but is not ready, unless the service publishes everything', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createNode(client, 'node01');
  await createService(client, 'web');
  await createService(client, 'all', { publishNotReadyAddresses: true });
  await createPod(client, 'a', { ip: '10.0.0.1' });
  const a = { namespace: 'default', name: 'a' };
  await client.patch('v1/pods', a, 'merge', { metadata: { finalizers: ['example.com/hold'] } });
  await client.delete('v1/pods', a);
  await settle();
  const conditions = async (service: string): Promise<unknown> =>
    (await slicesOf(client, service))[0]?.endpoints?.[0]?.conditions;
  expect(await conditions('web')).toEqual({ ready: false, serving: true, terminating: true });
  expect(await conditions('all')).toEqual({ ready: true, serving: true, terminating: true });

  await client.patch('v1/pods', a, 'merge', { metadata: { finalizers: null } });
  await client.delete('v1/pods', a, { gracePeriodSeconds: 0 }).catch(() => undefined);
  await settle();
  expect((await slicesOf(client, 'web'))[0]?.endpoints ?? []).toEqual([]);
  await stop();
});
