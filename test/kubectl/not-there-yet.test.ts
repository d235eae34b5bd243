import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('what is not there yet is named, and nothing hangs', () => {
  it('has no metrics, as a cluster without metrics-server', async () => {
    expect((await shop.fails('top', 'pods')).stderr).toBe('error: Metrics API not available\n');
    expect((await shop.fails('top', 'nodes')).stderr).toBe('error: Metrics API not available\n');
  });
});
