import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, readKubeconfig } from '../support/ask.ts';
import { type AdminCluster, adminCluster } from './support.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster({ tokenFile: 'test/support/tokens.csv' });
});
afterAll(() => shop[Symbol.asyncDispose]());

const bearer = (token: string): { headers: Record<string, string> } => ({
  headers: { authorization: `Bearer ${token}` },
});

/** One of each: reading, changing and destroying. */
const ROUTES = [
  ['GET', '/-/kubeconfig'],
  ['GET', '/-/controllers'],
  ['PUT', '/-/controllers/kubelet'],
  ['POST', '/-/reset'],
  ['GET', '/-/nope'],
  ['GET', '/%2d/kubeconfig'],
  ['GET', '//-/kubeconfig'],
] as const;

describe.each(ROUTES)('%s %s', (method, path) => {
  const status = async (asked: object): Promise<number> => (await shop.anyone(path, { method, ...asked })).status;

  it('is forbidden for nobody in particular, and for users who may not do everything', async () => {
    expect(await status({})).toBe(403);
    expect(await status(bearer('jane-token'))).toBe(403);
  });

  it('is unauthorized for a token that is none', async () => {
    expect(await status(bearer('nonsense'))).toBe(401);
  });
});

it('does not tell more than that to those who may not', async () => {
  const { text } = await shop.anyone('/-/kubeconfig');
  expect(JSON.parse(text)).toMatchObject({ kind: 'Status', reason: 'Forbidden', code: 403 });
  expect(text).not.toContain('client-key-data');
});

it('is open to whoever may do everything, however they became so', async () => {
  expect((await shop.anyone('/-/kubeconfig', bearer('admin-token'))).status).toBe(200);
  await shop.cluster.apply(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: jane}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}]
`);
  expect((await shop.anyone('/-/kubeconfig', bearer('jane-token'))).status).toBe(200);
});

it('asks for credentials on the port without TLS, too', async () => {
  const url = `${shop.cluster.httpUrl}/-/kubeconfig`;
  expect((await ask(url)).status).toBe(403);
  expect((await ask(url, bearer('admin-token'))).status).toBe(200);
});

it('is not open to an administrator who acts as somebody else', async () => {
  const credentials = readKubeconfig(shop.cluster.kubeconfig());
  const headers = { 'impersonate-user': 'nobody' };
  expect((await shop.anyone('/-/kubeconfig', { credentials, headers })).status).toBe(403);
});
