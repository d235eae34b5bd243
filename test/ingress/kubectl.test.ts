import { expect, test } from 'vitest';
import { ask } from '../support/ask.ts';
import { openShop, rows } from '../support/kubectl.ts';

test('a user makes an Ingress, sees where it is, and asks it', async () => {
  await using shop = await openShop({ ingressPort: 0 });
  await shop.kubectl('apply', '-f', 'fixtures/manifests/deployment.yaml', '-f', 'fixtures/manifests/service.yaml');
  await shop.kubectl('create', 'ingress', 'shop', '--rule=shop.example.com/*=my-service:80');
  await shop.cluster.settle();
  expect(rows(await shop.kubectl('get', 'ingress'))).toMatchObject([
    { NAME: 'shop', CLASS: '<none>', HOSTS: 'shop.example.com', ADDRESS: '127.0.0.1', PORTS: '80' },
  ]);
  expect(await shop.kubectl('describe', 'ingress', 'shop')).toMatch(/^Address: +127\.0\.0\.1$/m);
  const headers = { host: 'shop.example.com' };
  const { status, text } = await ask(`${shop.cluster.ingressUrl}/index.html`, { headers });
  expect([status, text]).toEqual([200, expect.stringContaining('Welcome to nginx!')]);
});
