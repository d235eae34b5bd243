import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExtensionServer, extensionServer } from '../support/aggregation/extension-server.ts';
import { apiService, localService } from '../support/aggregation/registration.ts';
import { openShop, rows, type Shop } from '../support/kubectl.ts';

const NAME = 'v1.kitchen.example.com';

let server: ExtensionServer;
let shop: Shop;
beforeAll(async () => {
  server = await extensionServer();
  shop = await openShop({ nodes: 0 });
  const service = { apiVersion: 'v1', kind: 'Service', ...localService };
  await shop.cluster.apply(service, apiService(server));
  await shop.kubectl('wait', '--for=condition=Available', 'apiservice', NAME, '--timeout=15s');
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('kubectl knows what other API servers serve', () => {
  it('lists APIServices, and describes one', async () => {
    const table = rows(await shop.kubectl('get', 'apiservices'));
    expect(table.find((row) => row.NAME === NAME)).toMatchObject({ SERVICE: 'default/kitchen', AVAILABLE: 'True' });
    expect(table.find((row) => row.NAME === 'v1.apps')).toMatchObject({ SERVICE: 'Local', AVAILABLE: 'True' });
    const text = await shop.kubectl('describe', 'apiservice', NAME);
    expect(text).toMatch(/Message: +all checks passed\n +Reason: +Passed\n +Status: +True\n +Type: +Available\n/);
  });

  it('finds their resources, by every name', async () => {
    const table = rows(await shop.kubectl('api-resources', '--api-group=kitchen.example.com'));
    expect(table).toEqual([
      { NAME: 'recipes', SHORTNAMES: 'rcp', APIVERSION: 'kitchen.example.com/v1', NAMESPACED: 'true', KIND: 'Recipe' },
    ]);
    for (const name of ['recipes', 'recipe', 'rcp', 'recipes.kitchen.example.com'])
      expect(await shop.kubectl('get', name, '-oname')).toBe(
        'recipe.kitchen.example.com/soup\nrecipe.kitchen.example.com/bread\n',
      );
    expect(rows(await shop.kubectl('get', 'recipe', 'soup'))).toMatchObject([{ NAME: 'soup' }]);
  });

  it('makes an object there', async () => {
    const manifest = 'apiVersion: kitchen.example.com/v1\nkind: Recipe\nmetadata: {name: cake}\n';
    const { stdout, stderr } = await shop.run(['create', '-f', '-'], { input: manifest });
    expect(stdout + stderr).toBe('recipe.kitchen.example.com/cake created\n');
    expect(JSON.parse(server.asked().at(-1)?.body ?? '')).toMatchObject({ kind: 'Recipe', metadata: { name: 'cake' } });
  });

  it('follows a watch', async () => {
    const watch = shop.follow('get', 'recipes', '--watch-only', '-oname');
    while (server.watchers() === 0) await new Promise((resolve) => setImmediate(resolve));
    server.emit('ADDED', 'stew');
    expect(await watch.next()).toBe('recipe.kitchen.example.com/stew');
    watch.end();
    while (server.watchers() > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  it('explains a kind by what the other server says of it', async () => {
    const text = await shop.kubectl('explain', 'recipes.spec.servings');
    expect(text).toMatch(/GROUP: +kitchen\.example\.com\nKIND: +Recipe\nVERSION: +v1\n\nFIELD: servings <integer>\n/);
    expect(text).toContain('For how many it is.');
  });
});
