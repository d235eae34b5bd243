import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const MERGE = [['content-type', 'application/merge-patch+json']] as const;
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const deployment = { metadata: { name: 'd' }, spec: { selector: { matchLabels: { a: 'b' } }, template } };

const WRITES: readonly [method: string, path: string, body?: object][] = [
  ['POST', MAPS, { metadata: { name: 'new' } }],
  ['POST', MAPS, { metadata: { generateName: 'new-' } }],
  ['PUT', `${MAPS}/a`, { metadata: { name: 'a' }, data: { k: 'v' } }],
  ['PATCH', `${MAPS}/a`, { data: { k: 'v' } }],
  ['DELETE', `${MAPS}/a`],
  ['DELETE', MAPS],
  ['PUT', '/apis/coordination.k8s.io/v1/namespaces/default/leases/new', { metadata: { name: 'new' } }],
  ['PATCH', `${DEPLOYMENTS}/d/scale`, { spec: { replicas: 5 } }],
  ['PUT', `${DEPLOYMENTS}/d/scale`, { metadata: { name: 'd', namespace: 'default' }, spec: { replicas: 5 } }],
  ['PATCH', `${DEPLOYMENTS}/d/status`, { status: { replicas: 5 } }],
  ['PUT', `${DEPLOYMENTS}/d/status`, { ...deployment, status: { replicas: 5 } }],
  ['POST', '/api/v1/namespaces/default/services', { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } }],
  ['DELETE', '/api/v1/namespaces/empty'],
];

test.each(WRITES)('%s %s with dryRun=All succeeds and changes nothing', async (method, path, body) => {
  await using cluster = await securedCluster();
  await create(cluster, MAPS, { metadata: { name: 'a' } });
  await create(cluster, DEPLOYMENTS, deployment);
  await create(cluster, '/api/v1/namespaces', { metadata: { name: 'empty' } });
  const { storage } = cluster.cluster;
  const before = storage.revision();
  const headers = method === 'PATCH' ? MERGE : [];
  const answer = await cluster.ask(method, `${path}?dryRun=All`, { headers, ...(body && { body }) });
  expect([answer.status, storage.revision()]).toEqual([expect.toSatisfy((code: number) => code < 300), before]);
});

test('the answer to a dry run is what would have been stored', async () => {
  await using cluster = await securedCluster();
  const { body } = await cluster.ask('POST', `${DEPLOYMENTS}?dryRun=All`, { body: deployment });
  expect(at(body, 'metadata.uid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(at(body, 'metadata')).not.toHaveProperty('resourceVersion');
  expect(at(body, 'spec.replicas')).toBe(1);
});

test('a dry run is refused as the write would be', async () => {
  await using cluster = await securedCluster();
  await create(cluster, MAPS, { metadata: { name: 'a' } });
  const statuses = await Promise.all([
    cluster.ask('POST', `${MAPS}?dryRun=All`, { body: { metadata: { name: 'a' } } }),
    cluster.ask('POST', `${MAPS}?dryRun=All`, { body: { metadata: { name: 'A' } } }),
    cluster.ask('DELETE', `${MAPS}/none?dryRun=All`),
    cluster.ask('PUT', `${MAPS}/none?dryRun=All`, { body: { metadata: { name: 'none' } } }),
  ]);
  expect(statuses.map(({ status }) => status)).toEqual([409, 422, 404, 404]);
});
