import { expect, test } from 'vitest';
import { at, securedCluster } from '../../support/secured-cluster.ts';

test('an apply into a namespace that is not there is refused', async () => {
  await using cluster = await securedCluster();
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } };
  const answer = await cluster.ask('PATCH', '/api/v1/namespaces/none/configmaps/a?fieldManager=m', {
    headers: [['content-type', 'application/apply-patch+yaml']],
    body,
  });
  expect([answer.status, at(answer.body, 'message')]).toEqual([404, 'namespaces "none" not found']);
});
