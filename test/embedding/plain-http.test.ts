import request from 'supertest';
import { expect, test } from 'vitest';
import { startCluster } from '../../server/index.ts';

test('a test that only speaks HTTP asks the plain port', async () => {
  await using cluster = await startCluster({ httpPort: 0 });
  const { httpUrl = '' } = cluster;
  const version = await request(httpUrl).get('/version').expect(200).expect('content-type', 'application/json');
  expect(version.body).toMatchObject({ gitVersion: cluster.kubernetesVersion });
  await request(httpUrl).get('/readyz').expect(200, 'ok');
  const refused = await request(httpUrl).get('/api/v1/secrets').expect(403);
  expect(refused.body).toMatchObject({ kind: 'Status', reason: 'Forbidden' });
});

test('ports that were not asked for are not there', async () => {
  await using cluster = await startCluster();
  expect([cluster.httpUrl, cluster.proxyUrl]).toEqual([undefined, undefined]);
});
