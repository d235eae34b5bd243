import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 0, logLevel: 'error' });
});
afterAll(() => cluster.stop());

test('a client of a user who is only named has logged in, and may do what roles say', async () => {
  const jane = cluster.transport({ name: 'jane' });
  const pods = { resource: 'v1/pods', namespace: 'default' };
  await expect(jane.list(pods)).rejects.toThrow('User "jane" cannot list resource "pods"');
  await cluster.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'readers', namespace: 'default' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:authenticated' }],
  });
  expect((await jane.list(pods)).items).toEqual([]);
});

test('groups give what they are bound to', async () => {
  const boss = cluster.transport({ name: 'boss', groups: ['system:masters'] });
  expect((await boss.list({ resource: 'v1/secrets', namespace: '' })).items).toEqual(expect.any(Array));
});
