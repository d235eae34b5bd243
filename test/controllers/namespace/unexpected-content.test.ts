import { expect, test } from 'vitest';
import { controller } from '../../../controllers/namespace/index.ts';
import type { Namespace } from '../../../server/kube/types.gen.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { testCluster } from '../../support/test-cluster.ts';

test('pods that are still there when their time is over are told as a failure', async () => {
  const clock = new SimulatedClock();
  const { client, settle, stop } = await testCluster({ controllers: [controller], namespaces: ['doomed'], clock });
  const spec = {
    nodeName: 'node01',
    terminationGracePeriodSeconds: 30,
    containers: [{ name: 'c', image: 'i' }],
  };
  await client.create('v1/pods', { metadata: { namespace: 'doomed', name: 'stuck' }, spec } as never);
  await client.delete('v1/namespaces', { namespace: '', name: 'doomed' });
  await settle();
  const failure = async (): Promise<unknown> => {
    const { status } = await client.get<Namespace>('v1/namespaces', { namespace: '', name: 'doomed' });
    return status.conditions?.find(({ type }) => type === 'NamespaceDeletionContentFailure');
  };
  // There is no kubelet that would stop it, but until its time is over nobody knows.
  expect(await failure()).toMatchObject({ status: 'False', reason: 'ContentDeleted' });
  await clock.advance(16_000);
  await settle();
  expect(await failure()).toMatchObject({ status: 'False', reason: 'ContentDeleted' });
  await clock.advance(16_000);
  await settle();
  const problem = 'unexpected items still remain in namespace: doomed for gvr: /v1, Resource=pods';
  expect(await failure()).toMatchObject({
    status: 'True',
    reason: 'ContentDeletionFailed',
    message: `Failed to delete all resource types, 1 remaining: ${problem}`,
  });
  await stop();
});
