import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type AdminCluster, adminCluster } from '../admin/support.ts';
import { isWithoutBrowser, launch, type Opened, openPage, overflow, picture, titled, violations } from './browser.ts';

const VIEWS = ['objects', 'nodes', 'events', 'requests', 'faults', 'clock', 'savepoints', 'clusters'];
const ADDRESSES = [...VIEWS, 'object/apps/v1/deployments/shop/web', 'logs/core/v1/pods/shop/talker'];

describe.skipIf(isWithoutBrowser)(titled('the dashboard'), () => {
  let shop: AdminCluster;
  let browser: Browser;

  beforeAll(async () => {
    const options = { fixtures: ['test/dashboard/fixture.yaml'], insecureAdmin: true };
    [browser, shop] = await Promise.all([launch(), adminCluster(options)]);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.[Symbol.asyncDispose]();
  });

  async function opened(options: Parameters<typeof openPage>[1], url = `${shop.cluster.url}/-/ui/`): Promise<Opened> {
    const found = await openPage(browser, options);
    onTestFinished(() => found.context.close());
    await found.page.goto(url);
    return found;
  }

  /** Goes to each view, and looks at it when it has something to show. */
  async function eachView({ page, errors }: Opened, name: string): Promise<void> {
    for (const address of ADDRESSES) {
      await page.evaluate(`location.hash = '#/${address}'`);
      await page.locator('main h1').waitFor();
      await page.locator('main').getByText('Reading…').waitFor({ state: 'detached' });
      const wider = await overflow(page);
      await picture(page, `${name}-${address.replaceAll('/', '-')}`);
      expect([address, wider, await violations(page)]).toEqual([address, 0, []]);
    }
    expect(errors).toEqual([]);
  }

  it('is dark where the system is', async () => {
    const dark = await opened({ colorScheme: 'dark' });
    await eachView(dark, 'dark');
    expect(await dark.page.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe(
      'rgb(20, 23, 28)',
    );
  });

  it('is light where somebody has chosen so, also the next time', async () => {
    const { page } = await opened({ colorScheme: 'dark' });
    const background = (): Promise<unknown> =>
      page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    await page.getByRole('button', { name: 'Theme: auto' }).click();
    await page.getByRole('button', { name: 'Theme: dark' }).click();
    await page.getByRole('button', { name: 'Theme: light' }).waitFor();
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page.reload();
    await page.getByRole('button', { name: 'Theme: light' }).waitFor();
    expect(await background()).toBe('rgb(255, 255, 255)');
  });

  it('is readable at 400 pixels', async () => {
    await eachView(await opened({ viewport: { width: 400, height: 800 }, reducedMotion: 'reduce' }), 'narrow');
  });

  it('moves nothing for those who do not want it', async () => {
    const { page } = await opened({ reducedMotion: 'reduce' });
    expect(await page.evaluate('getComputedStyle(document.querySelector("button")).transitionDuration')).toBe('0s');
  });

  it('can be used with keys alone', async () => {
    const { page } = await opened({});
    await page.getByRole('treeitem', { name: /Deployment web/ }).waitFor();
    const focused = (): Promise<unknown> => page.evaluate('document.activeElement.textContent');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' });
    await page.keyboard.press('/');
    await page.keyboard.type('shop web');
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    expect(await focused()).toContain('Deployment');
    await page.keyboard.press('j');
    expect(await focused()).toContain('ReplicaSet');
    await page.keyboard.press('k');
    expect(await focused()).toContain('Deployment');
    await page.keyboard.press('Enter');
    await page.getByText('kind: Deployment').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('tree').waitFor();
    await page.locator('[data-filter]').fill('');
    await page.keyboard.press('Escape');
    await page.getByRole('treeitem', { name: /StatefulSet store/ }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('treeitem', { name: /store-0/ }).waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowRight');
    await page.getByRole('treeitem', { name: /store-0/ }).waitFor();
    for (const [key, title] of [
      ['n', 'Nodes'],
      ['c', 'Clock'],
      ['o', 'Objects'],
    ] as const) {
      await page.keyboard.press('g');
      await page.keyboard.press(key);
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    }
  });

  it('works below the prefix of a virtual cluster, which has its own session', async () => {
    const { page, errors } = await opened({});
    await shop.admin('POST', '/-/clusters', { name: 'ci-7', from: 'empty' });
    await page.evaluate("location.hash = '#/clusters'");
    await page.getByRole('button', { name: 'Open ci-7' }).click();
    await page.waitForURL(/\/clusters\/ci-7\/-\/ui\//);
    const map = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'only-here' } };
    const { text } = await shop.admin('GET', '/-/clusters/ci-7');
    expect(text).toContain('"running":true');
    await page.getByLabel('Kind').selectOption('core/v1/configmaps');
    await shop.anyone('/clusters/ci-7/-/apply', { method: 'POST', body: JSON.stringify(map) });
    await page.getByRole('treeitem', { name: /only-here/ }).waitFor();
    await page.evaluate("location.hash = '#/clock'");
    await page.getByRole('button', { name: 'Freeze' }).click();
    await page.getByText('stands still').waitFor();
    expect(shop.cluster.clock.state().frozen).toBe(false);
    await picture(page, 'virtual-cluster');
    expect([errors, await violations(page)]).toEqual([[], []]);
  });

  it('works over plain HTTP, where a browser has few connections', async () => {
    const { page, errors } = await opened({}, `${shop.cluster.httpUrl}/-/ui/`);
    await page.getByRole('treeitem', { name: /Deployment web.*2\/2 ready/ }).waitFor();
    await page.evaluate("location.hash = '#/nodes'");
    await page.getByRole('region', { name: 'node01' }).waitFor();
    expect(errors).toEqual([]);
  });

  it('says how to get in to whoever is not', async () => {
    await using closed = await adminCluster();
    const { page, context } = await opened({}, `${closed.cluster.url}/-/ui/?token=old`);
    await page.getByText('That address has been used, or is too old.').waitFor();
    await page.getByText('fauxkube ui').waitFor();
    expect(await violations(page)).toEqual([]);
    const { text } = await closed.admin('POST', '/-/ui/sessions');
    await page.goto(`${closed.cluster.url}${(JSON.parse(text) as { path: string }).path}`);
    await page.getByRole('treeitem').first().waitFor();
    const other = await context.newPage();
    await other.goto(`${closed.cluster.url}/-/ui/#/clock`);
    await other.getByRole('button', { name: 'Freeze' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('This browser is not signed in.').waitFor();
    await other.getByText('This browser is not signed in.').waitFor();
  });
});
