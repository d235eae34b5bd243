import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpoints/index.ts';
import type { Endpoints } from '../../../server/kube/types.gen.ts';
import { createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';

test('pods that are not ready or being deleted count as ready where the service publishes them', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createService(client, 'all', { publishNotReadyAddresses: true });
  await createService(client, 'ready', {});
  await createPod(client, 'unready', { ip: '10.0.0.1', ready: false });
  await createPod(client, 'leaving', { ip: '10.0.0.2' });
  await createPod(client, 'done', { ip: '10.0.0.3' });
  const done = { namespace: 'default', name: 'done' };
  await client.patch('v1/pods', done, 'merge', { status: { phase: 'Succeeded', conditions: [] } }, 'status');
  const leaving = { namespace: 'default', name: 'leaving' };
  await client.patch('v1/pods', leaving, 'merge', { metadata: { finalizers: ['example.com/hold'] } });
  await client.delete('v1/pods', leaving);
  await settle();
  const shown = async (name: string): Promise<unknown> => {
    const { subsets = [] } = await client.get<Endpoints>('v1/endpoints', { namespace: 'default', name });
    return subsets.map(({ addresses, notReadyAddresses }) => [
      addresses?.map(({ ip }) => ip),
      notReadyAddresses?.map(({ ip }) => ip),
    ]);
  };
  expect(await shown('all')).toEqual([[['10.0.0.1', '10.0.0.2'], undefined]]);
  expect(await shown('ready')).toEqual([[undefined, ['10.0.0.1']]]);
  await stop();
});
