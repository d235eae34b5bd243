import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.kubectl('run', 'web', '--image=nginx');
  await shop.cluster.settle();
  await writeFile(shop.file('a.txt'), 'a');
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('what is not there yet is named, and nothing hangs', () => {
  it.each([
    ['pods/exec', ['exec', 'web', '--', 'ls']],
    ['pods/attach', ['attach', 'web']],
  ])('%s for kubectl %j', async (what, args) => {
    const { stderr } = await shop.fails(...args);
    expect(stderr).toContain(`fauxkube does not implement ${what} yet`);
  });

  it('pods/exec for kubectl cp', async () => {
    const { stderr } = await shop.fails('cp', shop.file('a.txt'), 'web:a.txt');
    expect(stderr).toContain('fauxkube does not implement pods/exec yet');
  });

  it('has no metrics, as a cluster without metrics-server', async () => {
    expect((await shop.fails('top', 'pods')).stderr).toBe('error: Metrics API not available\n');
    expect((await shop.fails('top', 'nodes')).stderr).toBe('error: Metrics API not available\n');
  });
});
