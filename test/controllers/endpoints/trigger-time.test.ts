import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpoints/index.ts';
import type { Endpoints } from '../../../server/kube/types.gen.ts';
import { createPod, createService, reportStatus } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';

const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
const KEY = { namespace: 'default', name: 'web' };

test('the annotation tells the time of the earliest change that led to an update', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  const service = await createService(client, 'web');
  const triggerTime = async (): Promise<string | undefined> => {
    await settle();
    return (await client.get<Endpoints>('v1/endpoints', KEY)).metadata.annotations?.[TRIGGER_TIME];
  };
  expect(await triggerTime()).toBe(service.metadata.creationTimestamp);

  const a = await createPod(client, 'a', { ip: '10.0.0.1', since: '2026-03-01T00:00:09Z' });
  await createPod(client, 'b', { ip: '10.0.0.2', since: '2026-03-01T00:00:05Z' });
  expect(await triggerTime()).toBe('2026-03-01T00:00:05Z');

  await reportStatus(client, a, { ip: '10.0.0.1', ready: false, since: '2026-03-01T00:01:00Z' });
  expect(await triggerTime()).toBe('2026-03-01T00:01:00Z');

  // A pod that goes has no time to tell, and the annotation goes with it.
  await client.delete('v1/pods', { namespace: 'default', name: 'b' }, { gracePeriodSeconds: 0 });
  expect(await triggerTime()).toBeUndefined();
  await stop();
});
