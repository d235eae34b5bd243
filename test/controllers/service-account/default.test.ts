import { expect, test } from 'vitest';
import { controller } from '../../../controllers/service-account/index.ts';
import type { ServiceAccount } from '../../../server/kube/types.gen.ts';
import { controllerRequests, restart } from '../../support/requests.ts';
import { testCluster } from '../../support/test-cluster.ts';

const RESOURCE = 'v1/serviceaccounts';

test('every active namespace has the service account default, which comes back when it is deleted', async () => {
  const cluster = await testCluster({ controllers: [controller] });
  const { client, settle, stop } = cluster;
  await client.create('v1/namespaces', { metadata: { name: 'new' } });
  await settle();
  const accounts = async (): Promise<string[]> =>
    (await client.list<ServiceAccount>(RESOURCE)).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  expect(await accounts()).toEqual(['default/default', 'kube-system/default', 'new/default']);

  const key = { namespace: 'new', name: 'default' };
  const { uid } = (await client.get(RESOURCE, key)).metadata;
  await client.delete(RESOURCE, key);
  await settle();
  expect((await client.get(RESOURCE, key)).metadata.uid).not.toBe(uid);

  const requests = controllerRequests(cluster);
  await restart(cluster, controller.name);
  await client.patch(RESOURCE, key, 'merge', { metadata: { labels: { a: 'b' } } });
  await settle();
  expect(requests).toEqual([]);
  await stop();
});

test('a namespace that is being deleted gets none', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller], namespaces: ['doomed'] });
  await settle();
  await client.delete('v1/namespaces', { namespace: '', name: 'doomed' });
  await client.delete(RESOURCE, { namespace: 'doomed', name: 'default' });
  await settle();
  expect(await client.list(RESOURCE)).toEqual([]);
  await stop();
});
