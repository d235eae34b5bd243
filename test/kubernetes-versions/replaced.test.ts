import { expect, test } from 'vitest';
import { securedCluster } from '../support/secured-cluster.ts';

// Servers before 1.34 have null where no time is, and print it.
test('an object is replaced by one that does not say when it was created', async () => {
  await using cluster = await securedCluster(undefined, { kubernetesVersion: '1.30' });
  const maps = '/api/v1/namespaces/default/configmaps';
  const created = await cluster.ask('POST', maps, { body: { metadata: { name: 'a' } } });
  const { creationTimestamp } = (created.body as { metadata: { creationTimestamp: string } }).metadata;
  expect(creationTimestamp).toMatch(/^\d{4}-/);
  const replaced = await cluster.ask('PUT', `${maps}/a`, { body: { metadata: { name: 'a' }, data: { key: 'value' } } });
  expect(replaced).toMatchObject({ status: 200, body: { metadata: { creationTimestamp }, data: { key: 'value' } } });
  const configuration = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"other":"b"}}';
  const applied = await cluster.ask('PATCH', `${maps}/a?fieldManager=m`, {
    body: configuration,
    headers: [['content-type', 'application/apply-patch+yaml']],
  });
  expect(applied).toMatchObject({ status: 200, body: { metadata: { creationTimestamp }, data: { other: 'b' } } });
  const { body: review } = await cluster.ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', {
    body: { spec: { token: 'none' } },
  });
  expect(review).toMatchObject({ metadata: { creationTimestamp: null } });
});
