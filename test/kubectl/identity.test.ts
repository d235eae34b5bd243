import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ nodes: 0 });
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('who kubectl is', () => {
  it("is the cluster's administrator by the generated kubeconfig", async () => {
    const text = await shop.kubectl('auth', 'whoami');
    expect(text).toMatch(/^Username +kubernetes-admin$/m);
    expect(text).toMatch(/^Groups +\[system:masters system:authenticated\]$/m);
    expect(await shop.kubectl('auth', 'can-i', '*', '*')).toBe('yes\n');
    expect(await shop.kubectl('config', 'view', '-ojsonpath={.clusters[0].cluster.server}')).toBe(shop.cluster.url);
  });

  it('may look through the eyes of others', async () => {
    const { stdout, code } = await shop.run(['auth', 'can-i', 'create', 'pods', '--as=jane']);
    expect([stdout, code]).toEqual(['no\n', 1]);
    await shop.kubectl('create', 'rolebinding', 'jane', '--clusterrole=edit', '--user=jane');
    expect(await shop.kubectl('auth', 'can-i', 'create', 'pods', '--as=jane')).toBe('yes\n');
    expect((await shop.fails('get', 'nodes', '--as=jane')).stderr).toBe(
      'Error from server (Forbidden): nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" ' +
        'at the cluster scope\n',
    );
  });

  it('gets a token of a service account, and is that account with it', async () => {
    const token = (await shop.kubectl('create', 'token', 'default')).trim();
    const name = 'system:serviceaccount:default:default';
    const cluster = await shop.kubectl('config', 'view', '--raw', '-ojson');
    const config = JSON.parse(cluster) as { users: { user: object }[] };
    for (const entry of config.users) entry.user = { token };
    await writeFile(shop.file('account'), JSON.stringify(config));
    const account = ['--kubeconfig', shop.file('account')];
    expect(await shop.kubectl(...account, 'auth', 'whoami', '-ojsonpath={.status.userInfo.username}')).toBe(name);
    expect((await shop.fails(...account, 'get', 'secrets')).stderr).toContain(`User "${name}" cannot list resource`);
  });
});
