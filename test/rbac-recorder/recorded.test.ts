import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AdminCluster, adminCluster } from '../admin/support.ts';
import { ask, readKubeconfig } from '../support/ask.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster();
  await shop.cluster.apply(
    '{apiVersion: v1, kind: Namespace, metadata: {name: shop}}',
    `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: operator-all}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: operator, namespace: shop}]
`,
  );
});
beforeEach(async () => {
  await shop.admin('DELETE', '/-/rbac/enforce');
  await shop.admin('DELETE', '/-/rbac');
});
afterAll(() => shop[Symbol.asyncDispose]());

const OPERATOR = 'system:serviceaccount:shop:operator';
const MAPS = '/api/v1/namespaces/shop/configmaps';

/** Asks as the operator. */
async function operator(method: string, path: string, body?: object, type = 'application/json'): Promise<number> {
  const credentials = readKubeconfig(shop.cluster.kubeconfig());
  const headers = {
    'impersonate-user': OPERATOR,
    'impersonate-group': 'system:serviceaccounts',
    'content-type': type,
  };
  const text = body ? JSON.stringify(body) : '';
  return (await ask(shop.cluster.url + path, { method, credentials, headers, body: text })).status;
}

async function works(): Promise<number[]> {
  const apply = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } };
  return [
    await operator('GET', MAPS),
    await operator('GET', `${MAPS}/a`),
    await operator('PATCH', `${MAPS}/b?fieldManager=op`, apply, 'application/apply-patch+yaml'),
    await operator('GET', '/apis/apps/v1/deployments?limit=1'),
    await operator('PUT', '/apis/apps/v1/namespaces/shop/deployments/web/status', { metadata: { name: 'web' } }),
    await operator('GET', '/metrics'),
    await operator('GET', '/version'),
  ];
}

const rbac = async (path: string): Promise<string> => (await shop.admin('GET', `/-/rbac${path}`)).text;

it('makes as few rules as say what was used, where it was used', async () => {
  await works();
  expect(JSON.parse(await rbac(`/${encodeURIComponent(OPERATOR)}`))).toEqual({
    user: OPERATOR,
    rules: [
      { verbs: ['list'], apiGroups: ['apps'], resources: ['deployments'] },
      { verbs: ['get'], nonResourceURLs: ['/metrics'] },
      {
        namespace: 'shop',
        verbs: ['get', 'list', 'create', 'patch'],
        apiGroups: [''],
        resources: ['configmaps'],
      },
      { namespace: 'shop', verbs: ['update'], apiGroups: ['apps'], resources: ['deployments/status'] },
    ],
  });
});

it('gives Roles and bindings that can be applied, and that suffice', async () => {
  await works();
  const yaml = await rbac(`/${encodeURIComponent(OPERATOR)}?format=yaml`);
  expect(yaml).toContain('kind: ServiceAccount\n  name: operator\n  namespace: shop\n');
  expect(yaml.match(/^kind: .*$/gm)).toEqual([
    'kind: ClusterRole',
    'kind: ClusterRoleBinding',
    'kind: Role',
    'kind: RoleBinding',
  ]);
  await shop.cluster.apply(yaml);
  const binding = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/operator-all';
  await shop.admin('DELETE', binding);
  expect(await works()).not.toContain(403);
  expect(await operator('DELETE', `${MAPS}/b`)).toBe(403);
});

it('tells what was refused, and names objects if that is wanted', async () => {
  await operator('GET', `${MAPS}/a`);
  await operator('DELETE', `${MAPS}/a`);
  const rule = { namespace: 'shop', apiGroups: [''], resources: ['configmaps'] };
  const path = `/${encodeURIComponent(OPERATOR)}`;
  expect(JSON.parse(await rbac(`${path}?names=true`))).toEqual({
    user: OPERATOR,
    rules: [{ ...rule, verbs: ['get'], resourceNames: ['a'] }],
    refused: [{ ...rule, verbs: ['delete'], resourceNames: ['a'] }],
  });
  expect(JSON.parse(await rbac(`${path}?refused=true`))).toEqual({
    user: OPERATOR,
    rules: [{ ...rule, verbs: ['get', 'delete'] }],
  });
});

it('holds users to what was recorded, until that is ended', async () => {
  await operator('GET', MAPS);
  const { text } = await shop.admin('POST', '/-/rbac/enforce', { identities: 'recorded' });
  expect(JSON.parse(text)).toMatchObject({ identities: [{ user: OPERATOR }], skipped: ['kubernetes-admin'] });
  expect([await operator('GET', MAPS), await operator('GET', `${MAPS}/a`)]).toEqual([200, 403]);
  expect((await shop.admin('GET', `${MAPS}/a`)).status).toBe(404);
  const [refused] = shop.cluster.requests.find({ user: OPERATOR, code: 403 }, { limit: 1 });
  expect(refused?.responseStatus?.message).toBe(
    `configmaps "a" is forbidden: User "${OPERATOR}" cannot get resource "configmaps" in API group "" ` +
      'in the namespace "shop"',
  );
  expect(await operator('GET', '/api')).toBe(200);
  await shop.admin('DELETE', '/-/rbac/enforce');
  expect(await operator('GET', `${MAPS}/a`)).toBe(404);
});

it('holds users to what was told of an earlier run', async () => {
  await operator('GET', `${MAPS}/a`);
  const told = JSON.parse((await shop.admin('GET', '/-/rbac')).text) as object;
  await shop.admin('POST', '/-/rbac/enforce', told);
  expect([await operator('GET', `${MAPS}/a`), await operator('DELETE', `${MAPS}/a`)]).toEqual([404, 403]);
});

it('holds users to a list of rules', async () => {
  const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['a'] }];
  await shop.admin('POST', '/-/rbac/enforce', { identities: [{ user: OPERATOR, rules }] });
  expect(await operator('GET', `${MAPS}/a`)).toBe(404);
  expect(await operator('GET', `${MAPS}/b`)).toBe(403);
});

it.each([
  [{ identities: 'all' }, 'the body has to be {"identities": "recorded"}'],
  [{ identities: [{ user: 'jane' }] }, 'the body has to be'],
  [{ identities: [{ user: 'jane', rules: [{ verbs: 'get' }] }] }, 'a rule of "jane" is none'],
])('refuses %j', async (body, message) => {
  const { status, text } = await shop.admin('POST', '/-/rbac/enforce', body);
  expect([status, (JSON.parse(text) as { message: string }).message]).toEqual([400, expect.stringContaining(message)]);
});

it('says who has asked for something', async () => {
  const { status, text } = await shop.admin('GET', '/-/rbac/nobody');
  expect([status, text]).toEqual([404, expect.stringContaining('nobody has')]);
});
