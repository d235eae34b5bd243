import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpointslice/index.ts';
import { nextTurn } from '../../../server/base/turn.ts';
import { controllerRequests } from '../../support/requests.ts';
import { createNode, createPod, createService, reportStatus } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { slicesOf } from './support.ts';

test('pods that become ready one after another are written in batches', async () => {
  const cluster = await testCluster({ controllers: [controller] });
  const { client, settle, stop } = cluster;
  await createNode(client, 'node01');
  await createService(client, 'web');
  const pods = [];
  for (let i = 0; i < 500; i++)
    pods.push(await createPod(client, `p${i}`, { ip: `10.0.${i >> 8}.${i & 255}`, ready: false }));
  await settle();
  const requests = controllerRequests(cluster);
  for (const [i, pod] of pods.entries()) {
    await reportStatus(client, pod, { ip: `10.0.${i >> 8}.${i & 255}` });
    await nextTurn();
  }
  await settle();
  const endpoints = (await slicesOf(client, 'web')).flatMap(({ endpoints: list }) => list ?? []);
  expect(endpoints.filter(({ conditions }) => conditions.ready)).toHaveLength(500);
  expect(requests.length).toBeLessThan(200);
  await stop();
});
