import { expect, test } from 'vitest';
import { create, securedCluster } from '../../support/secured-cluster.ts';
import { webhookServer } from '../../support/webhooks/webhook-server.ts';
import { CONFIG_MAPS, EVERYTHING, hook, register, unregister } from './support.ts';

const body = { metadata: { name: 'a', labels: { app: 'web' } } };

test.each([
  ['another operation', { rules: [{ ...EVERYTHING, operations: ['UPDATE'] }] }, 0],
  ['another group', { rules: [{ ...EVERYTHING, apiGroups: ['apps'] }] }, 0],
  ['another version', { rules: [{ ...EVERYTHING, apiVersions: ['v2'] }] }, 0],
  ['subresources only', { rules: [{ ...EVERYTHING, resources: ['configmaps/*'] }] }, 1],
  ['one subresource', { rules: [{ ...EVERYTHING, resources: ['configmaps/status'] }] }, 0],
  ['a star for objects', { rules: [{ ...EVERYTHING, resources: ['*'] }] }, 1],
  ['cluster scope', { rules: [{ ...EVERYTHING, scope: 'Cluster' }] }, 0],
  ['namespaced scope', { rules: [{ ...EVERYTHING, scope: 'Namespaced' }] }, 1],
  ['another namespace', { namespaceSelector: { matchLabels: { a: 'b' } } }, 0],
  ['this namespace', { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } }, 1],
  ['other labels', { objectSelector: { matchLabels: { app: 'db' } } }, 0],
  ['these labels', { objectSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } }, 1],
])('a webhook for %s', async (_name, fields, calls) => {
  await using server = await webhookServer([{}]);
  await using cluster = await securedCluster();
  await register(cluster, 'validating', 'checks', [hook(server, 0, fields)]);
  await create(cluster, CONFIG_MAPS, body);
  expect(server.received).toHaveLength(calls);
});

test('what configures webhooks, and reviews of permissions, never reach them', async () => {
  await using server = await webhookServer([{ response: { allowed: false } }]);
  await using cluster = await securedCluster();
  await register(cluster, 'validating', 'checks', [hook(server, 0)]);
  await register(cluster, 'mutating', 'changes', [hook(server, 0)]);
  const review = { spec: { resourceAttributes: { verb: 'get', resource: 'pods' } } };
  await create(cluster, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
  await unregister(cluster, 'validating', 'checks');
  await unregister(cluster, 'mutating', 'changes');
  expect(server.received).toHaveLength(0);
  await create(cluster, CONFIG_MAPS, body);
});
