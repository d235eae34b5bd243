import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpointslice/index.ts';
import { createNode, createPod, createService, reportStatus } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { slicesOf } from './support.ts';

test('a slice tells of each pod where it is and in which condition', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createNode(client, 'node01', 'west');
  const service = await createService(client, 'web', {}, { labels: { tier: 'front' } });
  const a = await createPod(client, 'a', { ip: '10.0.0.1' });
  await settle();
  const [slice, ...others] = await slicesOf(client, 'web');
  expect(others).toEqual([]);
  expect(slice).toMatchObject({
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: [
      {
        addresses: ['10.0.0.1'],
        conditions: { ready: true, serving: true, terminating: false },
        nodeName: 'node01',
        zone: 'west',
        targetRef: { kind: 'Pod', namespace: 'default', name: 'a', uid: a.metadata.uid },
      },
    ],
  });
  expect(slice?.metadata.name).toMatch(/^web-[a-z0-9]{5}$/);
  expect(slice?.metadata).toMatchObject({
    generateName: 'web-',
    annotations: { 'endpoints.kubernetes.io/last-change-trigger-time': service.metadata.creationTimestamp },
    ownerReferences: [
      {
        apiVersion: 'v1',
        kind: 'Service',
        name: 'web',
        uid: service.metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
  expect(slice?.metadata.labels).toEqual({
    tier: 'front',
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  });

  await reportStatus(client, a, { ip: '10.0.0.1', ready: false, since: '2026-05-05T05:05:05Z' });
  await settle();
  const [unready] = await slicesOf(client, 'web');
  expect(unready?.endpoints?.[0]?.conditions).toEqual({ ready: false, serving: false, terminating: false });
  expect(unready?.metadata.name).toBe(slice?.metadata.name);
  await stop();
});
