import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpoints/index.ts';
import { controllerRequests, restart } from '../../support/requests.ts';
import { createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';

test('a second look at services that have not changed makes no request', async () => {
  const cluster = await testCluster({ controllers: [controller] });
  const { client, settle, stop } = cluster;
  await createService(client, 'web', { ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'web' }] });
  await createService(client, 'headless', { clusterIP: 'None', ports: [] });
  await createService(client, 'external', { type: 'ExternalName', externalName: 'example.com', clusterIP: '' });
  await createPod(client, 'a', { ip: '10.0.0.1' });
  await createPod(client, 'b', { ip: '10.0.0.2', ready: false });
  const requests = controllerRequests(cluster);
  await settle();
  expect(requests).toContain('POST /api/v1/namespaces/default/endpoints');
  requests.length = 0;
  await restart(cluster, controller.name);
  expect(requests).toEqual([]);

  await client.patch('v1/pods', { namespace: 'default', name: 'a' }, 'merge', {
    metadata: { annotations: { a: 'b' } },
  });
  await settle();
  expect(requests).toEqual([]);
  await stop();
});
