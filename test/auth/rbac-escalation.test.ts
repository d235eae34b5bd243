import { expect, test } from 'vitest';
import {
  type Answer,
  at,
  create,
  grant,
  JANE_TOKEN,
  type SecuredCluster,
  securedCluster,
} from '../support/secured-cluster.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const ROLES = `${RBAC}/namespaces/default/roles`;
const BINDINGS = `${RBAC}/namespaces/default/rolebindings`;
const GROUP = 'rbac.authorization.k8s.io';
const WHO =
  'user "jane" (groups=["dev" "ops" "system:authenticated"]) is attempting to grant RBAC permissions ' +
  'not currently held:';

const KINDS = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'];
const WRITE_RBAC = { apiGroups: [GROUP], resources: KINDS, verbs: ['get', 'create', 'update', 'patch'] };
const HELD = [
  { apiGroups: [''], resources: ['pods', '*/log'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['secrets'], resourceNames: ['a'], verbs: ['get'] },
  { nonResourceURLs: ['/healthz*'], verbs: ['get'] },
];

/** Jane may write roles and bindings, and has what `HELD` says and whatever else is given. */
async function cluster(...more: readonly object[]): Promise<SecuredCluster> {
  const secured = await securedCluster();
  await grant(secured, '', 'jane', { kind: 'User', name: 'jane', apiGroup: GROUP }, [WRITE_RBAC, ...HELD, ...more]);
  return secured;
}

async function told(answer: Promise<Answer>): Promise<unknown> {
  const { status, body } = await answer;
  return status < 400 ? status : [status, at(body, 'message')];
}

function jane(secured: SecuredCluster, method: string, path: string, body: object): Promise<Answer> {
  return secured.ask(method, path, { token: JANE_TOKEN, body });
}

const pods = (...verbs: string[]): object => ({ apiGroups: [''], resources: ['pods'], verbs });
const binding = (kind: string, role: string): object => ({
  metadata: { name: 'b' },
  roleRef: { apiGroup: GROUP, kind, name: role },
  subjects: [{ kind: 'User', name: 'bob', apiGroup: GROUP }],
});

test('a role may give what its writer has', async () => {
  await using secured = await cluster();
  const rules = [pods('get'), { apiGroups: [''], resources: ['x/log'], verbs: ['list'] }];
  expect(await told(jane(secured, 'POST', ROLES, { metadata: { name: 'r' }, rules }))).toBe(201);
  const url = { nonResourceURLs: ['/healthz/etcd'], verbs: ['get'] };
  expect(await told(jane(secured, 'POST', `${RBAC}/clusterroles`, { metadata: { name: 'r' }, rules: [url] }))).toBe(
    201,
  );
});

test('a role that gives more is refused with a list of what is missing', async () => {
  await using secured = await cluster();
  const rules = [
    { apiGroups: ['', 'apps'], resources: ['pods', 'deployments'], verbs: ['get', 'create'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['a', 'b'], verbs: ['get', 'list'] },
  ];
  const missing = [
    '{APIGroups:[""], Resources:["deployments"], Verbs:["get" "create"]}',
    '{APIGroups:[""], Resources:["pods"], Verbs:["create"]}',
    '{APIGroups:[""], Resources:["secrets"], ResourceNames:["a"], Verbs:["list"]}',
    '{APIGroups:[""], Resources:["secrets"], ResourceNames:["b"], Verbs:["get" "list"]}',
    '{APIGroups:["apps"], Resources:["deployments"], Verbs:["get" "create"]}',
    '{APIGroups:["apps"], Resources:["pods"], Verbs:["get" "create"]}',
  ];
  expect(await told(jane(secured, 'POST', ROLES, { metadata: { name: 'r' }, rules }))).toEqual([
    403,
    `roles.rbac.authorization.k8s.io "r" is forbidden: ${WHO}\n${missing.join('\n')}`,
  ]);
  const urls = [{ nonResourceURLs: ['/healthz/etcd', '/a"b'], verbs: ['get', 'post'] }];
  expect(
    await told(jane(secured, 'POST', `${RBAC}/clusterroles`, { metadata: { generateName: 'g-' }, rules: urls })),
  ).toEqual([
    403,
    `clusterroles.rbac.authorization.k8s.io is forbidden: ${WHO}\n` +
      '{NonResourceURLs:["/a\\"b"], Verbs:["get"]}\n{NonResourceURLs:["/a\\"b"], Verbs:["post"]}\n' +
      '{NonResourceURLs:["/healthz/etcd"], Verbs:["post"]}',
  ]);
});

test('the same holds for changes, by PUT, by PUT to a new name and by patch', async () => {
  await using secured = await cluster();
  await create(secured, ROLES, { metadata: { name: 'r' }, rules: [pods('get')] });
  const rules = [pods('get', 'delete')];
  const refused = (name: string): [number, string] => [
    403,
    `roles.rbac.authorization.k8s.io "${name}" is forbidden: ${WHO}\n` +
      '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
  ];
  expect(await told(jane(secured, 'PUT', `${ROLES}/r`, { metadata: { name: 'r' }, rules }))).toEqual(refused('r'));
  expect(await told(jane(secured, 'PUT', `${ROLES}/new`, { metadata: { name: 'new' }, rules }))).toEqual(
    refused('new'),
  );
  const headers = [['content-type', 'application/merge-patch+json']] as const;
  const patch = secured.ask('PATCH', `${ROLES}/r`, { token: JANE_TOKEN, body: { rules }, headers });
  expect(await told(patch)).toEqual(refused('r'));
});

test('what the garbage collector changes may be changed on any role', async () => {
  await using secured = await cluster();
  await create(secured, ROLES, { metadata: { name: 'r', finalizers: ['a/b'] }, rules: [pods('delete')] });
  const headers = [['content-type', 'application/merge-patch+json']] as const;
  const patch = (body: object): Promise<Answer> =>
    secured.ask('PATCH', `${ROLES}/r`, { token: JANE_TOKEN, body, headers });
  expect(await told(patch({ metadata: { finalizers: null } }))).toBe(200);
  expect(await told(patch({ metadata: { labels: { a: 'b' } } }))).toEqual([
    403,
    expect.stringContaining('not currently held'),
  ]);
});

test('the verb escalate lets somebody give more than they have', async () => {
  await using secured = await cluster({ apiGroups: [GROUP], resources: ['roles'], verbs: ['escalate'] });
  const body = { metadata: { name: 'r' }, rules: [pods('delete')] };
  expect(await told(jane(secured, 'POST', ROLES, body))).toBe(201);
  expect(await told(jane(secured, 'POST', `${RBAC}/clusterroles`, body))).toEqual([403, expect.any(String)]);
});

test('an aggregation rule takes everything to write, because it may collect anything', async () => {
  await using secured = await cluster();
  const body = { metadata: { name: 'all' }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } };
  expect(await told(jane(secured, 'POST', `${RBAC}/clusterroles`, { ...body, rules: [] }))).toEqual([
    403,
    'clusterroles.rbac.authorization.k8s.io "all" is forbidden: ' +
      'must have cluster-admin privileges to use the aggregationRule',
  ]);
});

test('a binding gives what its role gives, and is refused as the role would be', async () => {
  await using secured = await cluster();
  await create(secured, ROLES, { metadata: { name: 'mine' }, rules: [pods('get')] });
  await create(secured, ROLES, { metadata: { name: 'more' }, rules: [pods('get', 'delete')] });
  expect(await told(jane(secured, 'POST', BINDINGS, binding('Role', 'more')))).toEqual([
    403,
    `rolebindings.rbac.authorization.k8s.io "b" is forbidden: ${WHO}\n` +
      '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
  ]);
  expect(await told(jane(secured, 'POST', BINDINGS, binding('Role', 'mine')))).toBe(201);
  expect(
    await told(jane(secured, 'POST', `${RBAC}/clusterrolebindings`, binding('ClusterRole', 'cluster-admin'))),
  ).toEqual([
    403,
    `clusterrolebindings.rbac.authorization.k8s.io "b" is forbidden: ${WHO}\n` +
      '{APIGroups:["*"], Resources:["*"], Verbs:["*"]}\n{NonResourceURLs:["*"], Verbs:["*"]}',
  ]);
});

test('a binding needs a role that there is, unless its writer may bind it', async () => {
  await using secured = await cluster();
  expect(await told(jane(secured, 'POST', BINDINGS, binding('ClusterRole', 'none')))).toEqual([
    404,
    'rolebindings.rbac.authorization.k8s.io "none" not found',
  ]);
  expect(await told(jane(secured, 'POST', BINDINGS, binding('Pod', 'none')))).toEqual([
    500,
    'unsupported role reference kind: "Pod"',
  ]);
  expect(await told(jane(secured, 'POST', `${RBAC}/clusterrolebindings`, binding('Role', 'r')))).toEqual([
    400,
    'Namespace parameter required.',
  ]);
  await using other = await cluster({
    apiGroups: [GROUP],
    resources: ['clusterroles'],
    resourceNames: ['none'],
    verbs: ['bind'],
  });
  expect(await told(jane(other, 'POST', BINDINGS, binding('ClusterRole', 'none')))).toBe(201);
});
