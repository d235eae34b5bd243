import { expect, test } from 'vitest';
import { type Answer, at, grant, JANE_TOKEN, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

type Header = readonly [name: string, value: string];

const as = (user: string): Header => ['Impersonate-User', user];

/** The user that a request acts as. */
async function whoAmI(cluster: SecuredCluster, headers: readonly Header[], token?: string): Promise<Answer> {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  return cluster.ask('POST', path, { headers, body: {}, ...(token && { token }) });
}

const WANTED: [headers: Header[], user: object][] = [
  [[as('bob')], { username: 'bob', groups: ['system:authenticated'] }],
  [
    // Each header is one group, commas and all.
    [as('bob'), ['Impersonate-Group', 'a'], ['Impersonate-Group', 'b, c'], ['Impersonate-Uid', '7']],
    { username: 'bob', uid: '7', groups: ['a', 'b, c', 'system:authenticated'] },
  ],
  [
    [
      as('bob'),
      ['Impersonate-Extra-Scopes', 's1'],
      ['Impersonate-Extra-Scopes', 's2'],
      ['Impersonate-Extra-acme.example%2fProject', 'p'],
    ],
    {
      username: 'bob',
      groups: ['system:authenticated'],
      extra: { scopes: ['s1', 's2'], 'acme.example/project': ['p'] },
    },
  ],
  [
    [as('system:serviceaccount:default:robot')],
    {
      username: 'system:serviceaccount:default:robot',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    },
  ],
  [
    [as('system:serviceaccount:default:robot'), ['Impersonate-Group', 'x']],
    { username: 'system:serviceaccount:default:robot', groups: ['x', 'system:authenticated'] },
  ],
  // An empty name asks for nothing.
  [[as('')], { username: 'admin', uid: 'admin-uid', groups: ['system:masters', 'system:authenticated'] }],
];

test.each(WANTED)('%j', async (headers, userInfo) => {
  await using cluster = await securedCluster();
  const { body } = await whoAmI(cluster, headers);
  expect(at(body, 'status.userInfo')).toEqual(userInfo);
});

test('anonymous users and those outside of system:authenticated may next to nothing', async () => {
  await using cluster = await securedCluster();
  const refused = (name: string): string =>
    `selfsubjectreviews.authentication.k8s.io is forbidden: User "${name}" cannot create resource ` +
    `"selfsubjectreviews" in API group "authentication.k8s.io" at the cluster scope`;
  expect(at((await whoAmI(cluster, [as('system:anonymous')])).body, 'message')).toBe(refused('system:anonymous'));
  const outside = await whoAmI(cluster, [as('bob'), ['Impersonate-Group', 'system:unauthenticated']]);
  expect(at(outside.body, 'message')).toBe(refused('bob'));
});

test('headers that only make sense with a user name are refused without one', async () => {
  await using cluster = await securedCluster();
  const message = async (...headers: Header[]): Promise<unknown> =>
    at((await whoAmI(cluster, headers)).body, 'message');
  expect(await message(['Impersonate-Group', 'g'])).toBe(
    'requested &user.DefaultInfo{Name:"", UID:"", Groups:[]string{"g"}, Extra:map[string][]string(nil)} ' +
      'without impersonating a user name',
  );
  expect(await message(['Impersonate-Extra-B', '1'], ['Impersonate-Extra-A', '2'], ['Impersonate-Uid', 'u'])).toBe(
    'requested &user.DefaultInfo{Name:"", UID:"u", Groups:[]string(nil), ' +
      'Extra:map[string][]string{"a":[]string{"2"}, "b":[]string{"1"}}} without impersonating a user name',
  );
});

test('what may be impersonated is asked for part by part', async () => {
  await using cluster = await securedCluster();
  const rules = [{ verbs: ['impersonate'], apiGroups: [''], resources: ['users'], resourceNames: ['bob'] }];
  await grant(cluster, '', 'as-bob', { kind: 'User', name: 'jane' }, rules);
  const allowed = await whoAmI(cluster, [as('bob')], JANE_TOKEN);
  expect(at(allowed.body, 'status.userInfo.username')).toBe('bob');
  const message = async (...headers: Header[]): Promise<unknown> =>
    at((await whoAmI(cluster, headers, JANE_TOKEN)).body, 'message');
  expect(await message(as('bob'), ['Impersonate-Group', 'g'])).toBe(
    'groups "g" is forbidden: User "jane" cannot impersonate resource "groups" in API group "" at the cluster scope',
  );
  expect(await message(as('bob'), ['Impersonate-Uid', 'u'])).toBe(
    'uids.authentication.k8s.io "u" is forbidden: User "jane" cannot impersonate resource "uids" in API ' +
      'group "authentication.k8s.io" at the cluster scope',
  );
  expect(await message(as('bob'), ['Impersonate-Extra-foo', 'x'])).toBe(
    'userextras.authentication.k8s.io "x" is forbidden: User "jane" cannot impersonate resource ' +
      '"userextras/foo" in API group "authentication.k8s.io" at the cluster scope',
  );
});
