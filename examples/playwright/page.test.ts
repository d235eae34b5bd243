import type { AddressInfo } from 'node:net';
import { expect, test as base } from 'fauxkube/playwright';
import { servePage } from './page.mjs';

/** The page of this test's cluster. */
const test = base.extend<{ url: string }>({
  url: async ({ cluster }, use) => {
    const server = await servePage(await cluster.kubeconfig());
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.close();
  },
});
test.use({ fauxkubeFlags: { fixtures: 'shop.yaml' } });

test('shows how many replicas are ready', async ({ page, cluster, url }) => {
  await expect(cluster).toBeReady('deployment/shop');
  await page.goto(url);
  await expect(page.getByRole('row', { name: 'shop' })).toContainText('2/2');
});

test('makes more of them', async ({ page, cluster, url }) => {
  await page.goto(url);
  await page.getByRole('button', { name: 'more shop' }).click();
  await expect(cluster).toHaveReadyReplicas('deployment/shop', 3);
  await page.reload();
  await expect(page.getByRole('row', { name: 'shop' })).toContainText('3/3');
});

test('each test begins with the fixtures', async ({ cluster }) => {
  await expect(cluster).toHaveReadyReplicas('deployment/shop', 2);
});
