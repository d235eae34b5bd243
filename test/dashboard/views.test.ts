import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AdminCluster, adminCluster } from '../admin/support.ts';
import { isWithoutBrowser, launch, type Opened, openPage, picture, titled, violations } from './browser.ts';

/** The page follows the cluster, and a busy machine lets it wait. */
const PATIENT = { timeout: 10_000 };

const FIXTURES = { fixtures: ['test/dashboard/fixture.yaml'], nodes: 2 };

describe.skipIf(isWithoutBrowser)(titled('every view on live data'), () => {
  let shop: AdminCluster;
  let browser: Browser;
  let opened: Opened;
  let page: Page;

  beforeAll(async () => {
    [browser, shop] = await Promise.all([launch(), adminCluster(FIXTURES)]);
    opened = await openPage(browser);
    ({ page } = opened);
    const { text } = await shop.admin('POST', '/-/ui/sessions');
    await page.goto(`${shop.cluster.url}${(JSON.parse(text) as { path: string }).path}`);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.[Symbol.asyncDispose]();
  });
  afterEach(async ({ task }) => {
    await picture(page, task.name.replace(/\W+/g, '-'));
    expect(await violations(page)).toEqual([]);
    expect(opened.errors).toEqual([]);
  });

  const to = async (view: string): Promise<void> => {
    await page.getByRole('navigation').getByRole('link', { name: view, exact: true }).click();
    await page.getByRole('heading', { name: view, level: 1 }).waitFor();
  };
  const row = (name: RegExp): ReturnType<Page['getByRole']> => page.getByRole('treeitem', { name });

  it('objects', async () => {
    await page.getByLabel('Namespace').selectOption('shop');
    await row(/Deployment web.*2\/2 ready/).waitFor();
    await expect.poll(() => row(/Pod web-.*Running/).count(), PATIENT).toBe(2);
    await expect.poll(() => row(/container nginx.*Running/).count(), PATIENT).toBe(2);
    await row(/EndpointSlice web-.*2\/2 endpoints ready/).waitFor();
    await row(/Pod homeless.*Pending/).waitFor();
    await row(/Job broken.*Failed/).waitFor();
    const scale = { spec: { replicas: 3 } };
    await shop.cluster.transport().send({
      verb: 'patch',
      resource: 'apps/v1/deployments',
      key: { namespace: 'shop', name: 'web' },
      patchType: 'merge',
      body: scale,
    });
    await row(/Deployment web.*3\/3 ready/).waitFor();
    await expect.poll(() => row(/Pod web-/).count(), PATIENT).toBe(3);
  });

  it('objects of any kind, narrowed by a text', async () => {
    await page.getByLabel('Kind').selectOption('core/v1/configmaps');
    await row(/ConfigMap kube-root-ca.crt/).waitFor();
    await page.getByLabel('Kind').selectOption('workloads');
    await page.keyboard.press('/');
    await page.keyboard.type('redis');
    await row(/container redis/).waitFor();
    await expect.poll(() => row(/Deployment/).count(), PATIENT).toBe(0);
    await page.getByLabel('Filter').fill('');
  });

  it('one object', async () => {
    await row(/^\S* ?ReplicaSet web-/).click();
    await page.getByText('kind: ReplicaSet').waitFor();
    await page.getByRole('link', { name: 'Deployment web' }).waitFor();
    await page
      .getByRole('region', { name: /Events of web/ })
      .getByText('SuccessfulCreate')
      .first()
      .waitFor();
    await expect
      .poll(() =>
        page
          .getByRole('region', { name: 'Owns' })
          .getByRole('link', { name: /^Pod web-/ })
          .count(),
      )
      .toBe(3);
    await page.getByRole('link', { name: 'Deployment web' }).click();
    await page.getByText('kind: Deployment').waitFor();
    await page
      .getByRole('region', { name: 'Why' })
      .getByText(/deployment-controller/)
      .waitFor();
  });

  it('nodes', async () => {
    await to('Nodes');
    await page.getByRole('region', { name: 'node01' }).getByText('Ready', { exact: true }).waitFor();
    await page
      .getByRole('region', { name: 'no node' })
      .getByRole('link', { name: /homeless/ })
      .waitFor();
    const onNodes = page.getByRole('region', { name: /^node0/ }).getByRole('link', { name: /^web-/ });
    await expect.poll(() => onNodes.count(), PATIENT).toBe(3);
  });

  it('events', async () => {
    await to('Events');
    await page.getByLabel('Type').selectOption('Warning');
    await page.getByRole('row', { name: /FailedScheduling/ }).waitFor();
    await page.getByLabel('Type').selectOption('');
    await page.getByRole('link', { name: 'Deployment web' }).first().waitFor();
  });

  it('logs', async () => {
    await to('Objects');
    await row(/Pod talker/).focus();
    await page.keyboard.press('l');
    const log = page.getByRole('log');
    await log.getByText('begins').waitFor();
    await shop.admin('POST', '/-/pods/shop/talker/logs', { lines: ['said later'] });
    await log.getByText('said later').waitFor();
  });

  it('terminal', async () => {
    await page.getByRole('link', { name: 'Terminal' }).click();
    await page
      .getByRole('log')
      .getByText(/[#$] ?$/)
      .waitFor();
    await page.keyboard.type('echo in $((40 + 2)) | tr i o');
    await page.keyboard.press('Enter');
    await page
      .getByRole('log')
      .getByText(/^on 42$/m)
      .waitFor();
    await page.keyboard.type('cat');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Control+c');
    await page.keyboard.type('exit');
    await page.keyboard.press('Enter');
    await page.getByRole('log').getByText('[closed]').waitFor();
  });

  it('requests', async () => {
    await to('Requests');
    await shop.anyone('/api/v1/namespaces/shop/pods/nobody');
    await page.getByLabel('Resource').fill('pods');
    await page.getByLabel('Code').fill('403');
    await page.getByRole('row', { name: /403 get .*\/pods\/nobody system:anonymous/ }).waitFor();
    await page.getByLabel('Code').fill('599');
    await page.getByText('No request fits.').waitFor();
    await page.getByLabel('Code').fill('');
    await page.getByRole('row', { name: /nobody/ }).waitFor();
  });

  it('faults', async () => {
    await to('Faults');
    await page.getByText('Nothing goes wrong on purpose.').waitFor();
    await page.getByLabel('Begin with').selectOption({ label: 'Error 503' });
    await page
      .getByLabel('Rule (JSON)')
      .fill('{"name": "broken-maps", "match": {"resource": "configmaps"}, "code": 503}');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('row', { name: /broken-maps.*active/ }).waitFor();
    expect((await shop.admin('GET', '/api/v1/configmaps')).status).toBe(503);
    await page.getByRole('row', { name: /broken-maps.*1 of 1/ }).waitFor();
    await page.getByLabel('Rule (JSON)').fill('{"code": 99}');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('alert').getByText('code').waitFor();
    await page.getByRole('button', { name: 'Remove broken-maps' }).click();
    await page.getByText('Nothing goes wrong on purpose.').waitFor();
    expect((await shop.admin('GET', '/api/v1/configmaps')).status).toBe(200);
  });

  it('clock', async () => {
    await to('Clock');
    await page.getByRole('button', { name: 'Freeze' }).click();
    await page.getByText('stands still').waitFor();
    await page.getByLabel('Set to').fill('2031-05-06T07:08:09Z');
    await page.getByRole('button', { name: 'Set', exact: true }).click();
    await page.getByText('2031-05-06 07:08:09 UTC').first().waitFor();
    await page.getByRole('button', { name: 'Advance 1h' }).click();
    await page.getByText('2031-05-06 08:08:09 UTC').first().waitFor();
    expect(new Date(shop.cluster.clock.state().now).toISOString()).toBe('2031-05-06T08:08:09.000Z');
    await page.getByLabel('Times as fast').fill('60');
    await page.getByRole('button', { name: 'Set speed' }).click();
    await page.getByRole('button', { name: 'Settle' }).click();
    await page.getByText('nothing is queued or running').waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('60 times as fast').waitFor();
    await shop.admin('POST', '/-/clock', { speed: 1 });
  });

  it('savepoints', async () => {
    await to('Savepoints');
    await page.getByText('Nothing is saved.').waitFor();
    await page.getByLabel('Name').fill('before');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row', { name: /before/ }).waitFor();
    await shop.cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'new', namespace: 'shop' } });
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('region', { name: 'Created' }).getByText('ConfigMap shop/new').waitFor();
    await page.getByRole('button', { name: 'Restore before' }).click();
    await page.getByRole('button', { name: 'Press again to restore before' }).click();
    await page.getByText('the cluster is as it was at before').waitFor();
    expect((await shop.admin('GET', '/api/v1/namespaces/shop/configmaps/new')).status).toBe(404);
    await page.getByRole('button', { name: 'Forget before' }).click();
    await page.getByText('Nothing is saved.').waitFor();
  });

  it('clusters', async () => {
    await to('Clusters');
    await page.getByText('There are no virtual clusters.').waitFor();
    await page.getByLabel('Name').fill('ci-7');
    await page.getByRole('button', { name: 'Make' }).click();
    await page.getByRole('row', { name: /ci-7.*fixtures/ }).waitFor();
  });
});
