import { expect, test } from 'vitest';
import { controller } from '../../../controllers/namespace/index.ts';
import type { Namespace } from '../../../server/kube/types.gen.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { testCluster } from '../../support/test-cluster.ts';

test('a namespace waits for finalizers, says so, and goes soon after the last of them', async () => {
  const clock = new SimulatedClock();
  const options = { controllers: [controller], namespaces: ['default', 'doomed'], clock };
  const { client, settle, stop } = await testCluster(options);
  const key = { namespace: '', name: 'doomed' };
  const held = { namespace: 'doomed', name: 'held' };
  await client.create('v1/configmaps', { metadata: { ...held, finalizers: ['example.com/hold'] } });
  await client.create('v1/secrets', { metadata: { namespace: 'doomed', name: 'free' } });
  await client.delete('v1/namespaces', key);
  await settle();

  expect(await client.list('v1/secrets', 'doomed')).toEqual([]);
  const namespace = await client.get<Namespace>('v1/namespaces', key);
  expect(namespace.status.phase).toBe('Terminating');
  expect(
    namespace.status.conditions?.map(({ type, status, reason, message }) => ({ type, status, reason, message })),
  ).toEqual([
    {
      type: 'NamespaceDeletionDiscoveryFailure',
      status: 'False',
      reason: 'ResourcesDiscovered',
      message: 'All resources successfully discovered',
    },
    {
      type: 'NamespaceDeletionGroupVersionParsingFailure',
      status: 'False',
      reason: 'ParsedGroupVersions',
      message: 'All legacy kube types successfully parsed',
    },
    {
      type: 'NamespaceDeletionContentFailure',
      status: 'False',
      reason: 'ContentDeleted',
      message: 'All content successfully deleted, may be waiting on finalization',
    },
    {
      type: 'NamespaceContentRemaining',
      status: 'True',
      reason: 'SomeResourcesRemain',
      message: 'Some resources are remaining: configmaps. has 1 resource instances',
    },
    {
      type: 'NamespaceFinalizersRemaining',
      status: 'True',
      reason: 'SomeFinalizersRemain',
      message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    },
  ]);

  await client.patch('v1/configmaps', held, 'merge', { metadata: { finalizers: null } });
  await settle();
  expect((await client.get<Namespace>('v1/namespaces', key)).status.phase).toBe('Terminating');
  await clock.advance(1000);
  await settle();
  await expect(client.get('v1/namespaces', key)).rejects.toMatchObject({ code: 404 });
  await stop();
});
