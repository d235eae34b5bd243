import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpoints/index.ts';
import type { Endpoints } from '../../../server/kube/types.gen.ts';
import { testCluster } from '../../support/test-cluster.ts';

test('endpoints without a service go when the controller starts, but not locks', async () => {
  const { client, manager, settle, stop } = await testCluster({ controllers: [controller] });
  await manager.setEnabled(controller.name, false);
  const create = (name: string, annotations: Record<string, string>): Promise<unknown> =>
    client.create('v1/endpoints', { metadata: { namespace: 'default', name, annotations } });
  await create('left', {});
  await create('lock', { 'control-plane.alpha.kubernetes.io/leader': '{}' });
  await manager.setEnabled(controller.name, true);
  await settle();
  // Only a start looks for them.
  await create('later', {});
  await settle();
  const names = (await client.list<Endpoints>('v1/endpoints')).map(({ metadata }) => metadata.name);
  expect(names).toEqual(['later', 'lock']);
  await stop();
});
