import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const NAMESPACE = '/api/v1/namespaces/default';

test('a config map takes null for bytes', async () => {
  await using cluster = await securedCluster();
  const body = { metadata: { name: 'a' }, binaryData: { a: null } };
  expect(at(await create(cluster, `${NAMESPACE}/configmaps`, body), 'binaryData')).toEqual({ a: null });
});

test('a secret takes null for bytes, also from a JSON patch', async () => {
  await using cluster = await securedCluster();
  await create(cluster, `${NAMESPACE}/secrets`, { metadata: { name: 'a' }, data: { a: 'MQ==' } });
  const answer = await cluster.ask('PATCH', `${NAMESPACE}/secrets/a`, {
    headers: [['content-type', 'application/json-patch+json']],
    body: [{ op: 'add', path: '/data/a' }],
  });
  expect(answer.status).toBe(200);
  expect(at(answer.body, 'data')).toEqual({ a: null });
});
