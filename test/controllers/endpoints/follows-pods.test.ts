import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpoints/index.ts';
import type { Endpoints } from '../../../server/kube/types.gen.ts';
import { createPod, createService, reportStatus } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';

const KEY = { namespace: 'default', name: 'web' };

test('endpoints hold the ready pods of a service, and those that are not ready apart', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createService(client, 'web', {}, { labels: { tier: 'front' } });
  await settle();
  const empty = await client.get<Endpoints>('v1/endpoints', KEY);
  expect(empty.subsets).toBeUndefined();
  expect(empty.metadata.labels).toEqual({ tier: 'front', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' });

  const a = await createPod(client, 'a', { ip: '10.0.0.2' });
  const b = await createPod(client, 'b', { ip: '10.0.0.1', ready: false });
  await createPod(client, 'other', { ip: '10.0.0.9', labels: { app: 'other' } });
  await settle();
  const targetRef = (name: string, uid: string | undefined): object => ({
    kind: 'Pod',
    namespace: 'default',
    name,
    uid,
  });
  expect((await client.get<Endpoints>('v1/endpoints', KEY)).subsets).toEqual([
    {
      addresses: [{ ip: '10.0.0.2', nodeName: 'node01', targetRef: targetRef('a', a.metadata.uid) }],
      notReadyAddresses: [{ ip: '10.0.0.1', nodeName: 'node01', targetRef: targetRef('b', b.metadata.uid) }],
      ports: [{ port: 8080, protocol: 'TCP' }],
    },
  ]);

  await reportStatus(client, b, { ip: '10.0.0.1' });
  await client.delete('v1/pods', { namespace: 'default', name: 'a' }, { gracePeriodSeconds: 0 });
  await settle();
  const [subset] = (await client.get<Endpoints>('v1/endpoints', KEY)).subsets ?? [];
  expect(subset?.addresses?.map(({ ip }) => ip)).toEqual(['10.0.0.1']);
  expect(subset?.notReadyAddresses).toBeUndefined();

  await client.delete('v1/services', KEY);
  await settle();
  await expect(client.get('v1/endpoints', KEY)).rejects.toMatchObject({ code: 404 });
  await stop();
});
