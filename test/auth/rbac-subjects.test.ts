import { expect, test } from 'vitest';
import { Authorizers, namedMode } from '../../server/auth/authorizers.ts';
import { storedObjects } from '../../server/auth/stored-objects.ts';
import type { User } from '../../server/kube/object.ts';
import { MemoryStorage } from '../../server/storage/memory.ts';
import type { Storage } from '../../server/storage/storage.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const GROUP = 'rbac.authorization.k8s.io';
const RULES = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];

async function bind(
  storage: Storage,
  namespace: string,
  name: string,
  roleRef: object,
  ...subjects: object[]
): Promise<void> {
  const key = namespace === '' ? `clusterrolebindings.${GROUP}/${name}` : `rolebindings.${GROUP}/${namespace}/${name}`;
  const metadata = { name, ...(namespace !== '' && { namespace }) };
  await storage.create(key, { metadata, roleRef: { apiGroup: GROUP, ...roleRef }, subjects });
}

async function policy(): Promise<MemoryStorage> {
  const storage = new MemoryStorage({ clock: new SimulatedClock() });
  await storage.create(`clusterroles.${GROUP}/reader`, { metadata: { name: 'reader' }, rules: RULES });
  await storage.create(`roles.${GROUP}/here/local`, { metadata: { name: 'local', namespace: 'here' }, rules: RULES });
  return storage;
}

const CLUSTER_ROLE = { kind: 'ClusterRole', name: 'reader' };

function ask(storage: Storage, user: User, namespace: string): { allowed: boolean; reason: string } {
  const resource = { group: '', version: 'v1', resource: 'pods', subresource: '', namespace, name: 'p' };
  return new Authorizers({ chain: [namedMode('RBAC')], policy: storage, objects: storedObjects(storage) }).authorize({
    user,
    verb: 'get',
    resource,
  });
}

const jane: User = { name: 'jane', groups: ['dev'] };
const account: User = { name: 'system:serviceaccount:here:robot', groups: [] };

test('a ClusterRoleBinding holds everywhere', async () => {
  const storage = await policy();
  await bind(storage, '', 'all', CLUSTER_ROLE, { kind: 'Group', name: 'dev' });
  const reason = 'RBAC: allowed by ClusterRoleBinding "all" of ClusterRole "reader" to Group "dev"';
  for (const namespace of ['', 'here', 'there'])
    expect(ask(storage, jane, namespace)).toEqual({ allowed: true, reason });
});

test('a RoleBinding holds in its namespace, whichever kind of role it names', async () => {
  const storage = await policy();
  await bind(
    storage,
    'here',
    'rb',
    { kind: 'Role', name: 'local' },
    { kind: 'User', name: 'nobody' },
    { kind: 'User', name: 'jane' },
  );
  await bind(storage, 'there', 'crb', CLUSTER_ROLE, { kind: 'User', name: 'jane' });
  const reasons = ['here', 'there', 'elsewhere', ''].map((namespace) => ask(storage, jane, namespace).reason);
  expect(reasons).toEqual([
    'RBAC: allowed by RoleBinding "rb/here" of Role "local" to User "jane"',
    'RBAC: allowed by RoleBinding "crb/there" of ClusterRole "reader" to User "jane"',
    '',
    '',
  ]);
});

test('a service account is named by name and namespace, which a RoleBinding may leave out', async () => {
  const storage = await policy();
  await bind(storage, 'here', 'own', CLUSTER_ROLE, { kind: 'ServiceAccount', name: 'robot' });
  await bind(storage, 'there', 'other', CLUSTER_ROLE, { kind: 'ServiceAccount', name: 'robot', namespace: 'here' });
  await bind(storage, 'elsewhere', 'local', CLUSTER_ROLE, { kind: 'ServiceAccount', name: 'robot' });
  expect(ask(storage, account, 'here').reason).toMatch(/to ServiceAccount "robot\/here"$/);
  expect(ask(storage, account, 'there').reason).toMatch(/to ServiceAccount "robot\/here"$/);
  expect(ask(storage, account, 'elsewhere').allowed).toBe(false);
});

test('a ClusterRoleBinding to a service account without a namespace is for nobody', async () => {
  const storage = await policy();
  await bind(storage, '', 'all', CLUSTER_ROLE, { kind: 'ServiceAccount', name: 'robot' });
  expect(ask(storage, account, 'here').allowed).toBe(false);
});

test('roles that do not exist are told in the denial, once each', async () => {
  const storage = await policy();
  await bind(storage, '', 'a', { kind: 'ClusterRole', name: 'nope' }, { kind: 'User', name: 'jane' });
  expect(ask(storage, jane, '').reason).toBe('rbac: RBAC: clusterrole.rbac.authorization.k8s.io "nope" not found');
  await bind(storage, 'here', 'b', { kind: 'Role', name: 'gone' }, { kind: 'User', name: 'jane' });
  await bind(storage, 'here', 'c', { kind: 'Role', name: 'gone' }, { kind: 'User', name: 'jane' });
  const both =
    '[clusterrole.rbac.authorization.k8s.io "nope" not found, role.rbac.authorization.k8s.io "gone" not found]';
  expect(ask(storage, jane, 'here').reason).toBe(`rbac: RBAC: ${both}`);
});

test('members of system:masters need no role', async () => {
  const storage = await policy();
  expect(ask(storage, { name: 'x', groups: ['system:masters'] }, '')).toEqual({ allowed: true, reason: '' });
});
