import { expect, test } from 'vitest';
import { at, create, grant, JANE_TOKEN, securedCluster } from '../support/secured-cluster.ts';

const PATH = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';

test('a rules review lists everything that holds in a namespace', async () => {
  await using cluster = await securedCluster();
  const rules = [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'], resourceNames: ['a'] }];
  await grant(cluster, 'default', 'reader', { kind: 'User', name: 'jane' }, rules);
  const { status, body } = await cluster.ask('POST', PATH, {
    token: JANE_TOKEN,
    body: { spec: { namespace: 'default' } },
  });
  expect(status).toBe(201);
  expect(body).toEqual({
    kind: 'SelfSubjectRulesReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec: {},
    status: {
      resourceRules: [
        {
          verbs: ['create'],
          apiGroups: ['authorization.k8s.io'],
          resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
        },
        { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
        ...rules,
      ],
      nonResourceRules: [
        { verbs: ['get'], nonResourceURLs: expect.arrayContaining(['/api', '/api/*', '/healthz']) },
        { verbs: ['get'], nonResourceURLs: ['/healthz', '/livez', '/readyz', '/version', '/version/'] },
      ],
      incomplete: false,
    },
  });
});

test('bindings to roles that do not exist are told', async () => {
  await using cluster = await securedCluster();
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'gone' };
  const binding = { metadata: { name: 'b' }, roleRef, subjects: [{ kind: 'User', name: 'jane' }] };
  await create(cluster, '/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', binding);
  const { body } = await cluster.ask('POST', PATH, { token: JANE_TOKEN, body: { spec: { namespace: 'default' } } });
  expect(at(body, 'status.evaluationError')).toBe('role.rbac.authorization.k8s.io "gone" not found');
});

test('a rules review is about a namespace', async () => {
  await using cluster = await securedCluster();
  const { body } = await cluster.ask('POST', PATH, { body: { spec: {} } });
  expect([at(body, 'code'), at(body, 'message')]).toEqual([400, 'no namespace on request']);
});
