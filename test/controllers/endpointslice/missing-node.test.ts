import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpointslice/index.ts';
import type { Event } from '../../../server/kube/types.gen.ts';
import { createNode, createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { addressesIn, slicesOf } from './support.ts';

test('pods on nodes that do not exist are left out until they do', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createNode(client, 'node01');
  await createService(client, 'web');
  await createPod(client, 'a', { ip: '10.0.0.1' });
  await createPod(client, 'b', { ip: '10.0.0.2', spec: { nodeName: 'node02' } });
  await settle();
  expect(addressesIn(await slicesOf(client, 'web'))).toEqual([['10.0.0.1']]);
  const [event] = await client.list<Event>('v1/events', 'default');
  const problem = 'skipping Pod b for Service default/web: Node node02 Not Found';
  expect(event).toMatchObject({
    type: 'Warning',
    reason: 'FailedToUpdateEndpointSlices',
    message: `Error updating Endpoint Slices for Service default/web: ${problem}`,
    source: { component: 'endpoint-slice-controller' },
    involvedObject: { kind: 'Service', name: 'web' },
  });

  await createNode(client, 'node02');
  await settle();
  expect(addressesIn(await slicesOf(client, 'web'))).toEqual([['10.0.0.1', '10.0.0.2']]);
  await stop();
});
