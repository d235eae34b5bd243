import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answered, ask, readKubeconfig } from '../support/ask.ts';
import { type AdminCluster, adminCluster } from './support.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster();
});
afterAll(() => shop[Symbol.asyncDispose]());

const MANIFEST = `
apiVersion: v1
kind: ConfigMap
metadata: {name: first, namespace: shop}
data: {color: red}
---
{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Namespace, metadata: {name: shop}}]}
`;

function apply(body: string): Promise<Answered> {
  const credentials = readKubeconfig(shop.cluster.kubeconfig());
  return ask(`${shop.cluster.url}/-/apply`, { method: 'POST', credentials, body });
}

async function color(): Promise<unknown> {
  const { text } = await shop.admin('GET', '/api/v1/namespaces/shop/configmaps/first');
  return (JSON.parse(text) as { data?: { color?: string } }).data?.color;
}

describe('POST /-/apply', () => {
  it('creates objects in an order in which each finds what it needs, and changes them', async () => {
    const { status, text } = await apply(MANIFEST);
    expect([status, JSON.parse(text)]).toMatchObject([200, { kind: 'Status', status: 'Success' }]);
    expect(await color()).toBe('red');
    expect((await apply(MANIFEST.replace('red', 'blue'))).status).toBe(200);
    expect(await color()).toBe('blue');
  });

  it('says in which line an object is that cannot be', async () => {
    const { status, text } = await apply('\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: UPPER}');
    const { reason, message } = JSON.parse(text) as { reason: string; message: string };
    expect([status, reason]).toEqual([400, 'BadRequest']);
    expect(message).toMatch(/^manifest 1:2: ConfigMap "UPPER" is invalid: metadata.name: /);
  });

  it.each(['', ' \n', '{', '[1]', 'apiVersion: v1'])('refuses %j', async (body) => {
    const { status, text } = await apply(body);
    expect([status, text]).toEqual([400, expect.stringMatching(/manifest/)]);
  });

  it('is for administrators', async () => {
    expect((await shop.anyone('/-/apply', { method: 'POST', body: MANIFEST })).status).toBe(403);
  });
});
