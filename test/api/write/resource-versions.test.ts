import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const NAMESPACE = '/api/v1/namespaces/default';
const CLAIM = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const VOLUME = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/a' } };

test('a new object with a resourceVersion is refused, after everything else that is wrong with it', async () => {
  await using cluster = await securedCluster();
  const ask = (name: string, query = ''): ReturnType<typeof cluster.ask> =>
    cluster.ask('POST', `${NAMESPACE}/configmaps${query}`, { body: { metadata: { name, resourceVersion: '1' } } });
  const refused = await ask('a');
  expect([refused.status, at(refused.body, 'message')]).toEqual([
    500,
    'resourceVersion should not be set on objects to be created',
  ]);
  expect((await ask('A')).status).toBe(422);
  expect((await ask('a', '?dryRun=All')).status).toBe(201);
});

test.each([
  ['a quota', `${NAMESPACE}/resourcequotas`, { hard: { services: '1' } }],
  ['a claim', `${NAMESPACE}/persistentvolumeclaims`, CLAIM],
  ['a volume', '/api/v1/persistentvolumes', VOLUME],
])('the status of %s is replaced without a resourceVersion', async (_what, path, spec) => {
  await using cluster = await securedCluster();
  const made = (await create(cluster, path, { metadata: { name: 'a' }, spec })) as { metadata: object };
  const body = { ...made, metadata: { ...made.metadata, resourceVersion: undefined } };
  expect((await cluster.ask('PUT', `${path}/a/status`, { body })).status).toBe(200);
});
