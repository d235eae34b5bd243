import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const NAME = 'kubectl.kubernetes.io/last-applied-configuration';
const PATH = '/api/v1/namespaces/default/configmaps';
const LARGE = 'x'.repeat(300 * 1024);

test.each([
  ['another annotation stays', { a: 'b', [NAME]: '{}' }, { a: 'b' }],
  ['nothing else is left', { [NAME]: '{}' }, undefined],
])('an annotation of kubectl apply that would get too large is dropped: %s', async (_, annotations, expected) => {
  await using cluster = await securedCluster();
  await create(cluster, PATH, { metadata: { name: 'large', annotations } });
  const body = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'large' }, data: { a: LARGE } });
  const headers = [['content-type', 'application/apply-patch+yaml']] as const;
  const path = `${PATH}/large?fieldManager=kubectl&force=true`;
  const answer = await cluster.ask('PATCH', path, { body, headers });
  expect(answer.status).toBe(200);
  expect(at(answer.body, 'metadata.annotations')).toEqual(expected);
  expect(at(answer.body, 'data.a')).toHaveLength(LARGE.length);
});
