import { expect, test } from 'vitest';
import { at, grant, JANE_TOKEN, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

type Header = readonly [name: string, value: string];

const JANE = { kind: 'User', name: 'jane' };
const AUTHENTICATION = ['authentication.k8s.io'];
const REVIEWS = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

async function asJane(cluster: SecuredCluster, ...headers: Header[]): Promise<unknown> {
  const { body } = await cluster.ask('POST', REVIEWS, { token: JANE_TOKEN, headers, body: {} });
  return at(body, 'status.userInfo') ?? at(body, 'message');
}

test('a mode needs one permission for the user and one for what is done as that user', async () => {
  await using cluster = await securedCluster();
  const onlyUser = [
    { verbs: ['impersonate:user-info'], apiGroups: AUTHENTICATION, resources: ['users'], resourceNames: ['bob'] },
  ];
  await grant(cluster, '', 'user', JANE, onlyUser);
  const refused =
    'selfsubjectreviews.authentication.k8s.io is forbidden: User "jane" cannot ' +
    'impersonate-on:user-info:create resource "selfsubjectreviews" in API group "authentication.k8s.io" ' +
    'at the cluster scope';
  expect(await asJane(cluster, ['Impersonate-User', 'bob'])).toBe(refused);
  const deed = [
    { verbs: ['impersonate-on:user-info:create'], apiGroups: AUTHENTICATION, resources: ['selfsubjectreviews'] },
  ];
  await grant(cluster, '', 'deed', JANE, deed);
  expect(await asJane(cluster, ['Impersonate-User', 'bob'])).toEqual({
    username: 'bob',
    groups: ['system:authenticated'],
  });
  const { status } = await cluster.ask('GET', '/api', { token: JANE_TOKEN, headers: [['Impersonate-User', 'bob']] });
  expect(status).toBe(403);
  expect(await asJane(cluster, ['Impersonate-User', 'eve'])).toBe(
    'users.authentication.k8s.io "eve" is forbidden: User "jane" cannot impersonate:user-info resource ' +
      '"users" in API group "authentication.k8s.io" at the cluster scope',
  );
});

test('nodes and service accounts have modes of their own, with the groups that belong to them', async () => {
  await using cluster = await securedCluster();
  await grant(cluster, '', 'all', JANE, [
    {
      verbs: ['impersonate:arbitrary-node', 'impersonate:serviceaccount'],
      apiGroups: AUTHENTICATION,
      resources: ['nodes', 'serviceaccounts'],
    },
    {
      verbs: ['impersonate-on:arbitrary-node:create', 'impersonate-on:serviceaccount:create'],
      apiGroups: ['*'],
      resources: ['*'],
    },
  ]);
  expect(await asJane(cluster, ['Impersonate-User', 'system:node:node01'])).toEqual({
    username: 'system:node:node01',
    groups: ['system:nodes', 'system:authenticated'],
  });
  expect(await asJane(cluster, ['Impersonate-User', 'system:serviceaccount:default:robot'])).toMatchObject({
    groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
  });
});

test('the constrained modes do not give away system:masters', async () => {
  await using cluster = await securedCluster();
  await grant(cluster, '', 'all', JANE, [
    { verbs: ['impersonate:user-info'], apiGroups: AUTHENTICATION, resources: ['users', 'groups'] },
    { verbs: ['impersonate-on:user-info:create'], apiGroups: ['*'], resources: ['*'] },
  ]);
  expect(await asJane(cluster, ['Impersonate-User', 'bob'], ['Impersonate-Group', 'system:masters'])).toMatch(
    /: impersonating the system:masters group is not allowed$/,
  );
  expect(await asJane(cluster, ['Impersonate-User', 'bob'], ['Impersonate-Group', 'dev'])).toMatchObject({
    username: 'bob',
  });
});
