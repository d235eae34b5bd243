import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminCluster, adminCluster } from './support.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster();
});
afterAll(() => shop[Symbol.asyncDispose]());

it.each([
  ['/-/lint?sinc=1', 'there is no parameter "sinc"; there are since, format'],
  ['/-/rbac?formt=yaml', 'there is no parameter "formt"; there are'],
  ['/-/clock?now=1', 'there is no parameter "now"; this takes none'],
  ['/-/requests?verbs=get', 'there is no parameter "verbs"; there are'],
  ['/-/requests?controllers=banana', '"controllers" has to be true or false, and is "banana"'],
  ['/-/requests?inFlight=maybe', '"inFlight" has to be true or false, and is "maybe"'],
  ['/-/rbac?names=perhaps', '"names" has to be true or false, and is "perhaps"'],
  ['/-/rbac?refused=1', '"refused" has to be true or false, and is "1"'],
])('%s is refused: nobody is told something else than they asked for', async (path, message) => {
  const { status, text } = await shop.admin('GET', path);
  expect([status, (JSON.parse(text) as { message: string }).message]).toEqual([400, expect.stringContaining(message)]);
});

it('what kubectl adds to everything is no parameter of a route', async () => {
  expect((await shop.admin('GET', '/-/clock?timeout=5s')).status).toBe(200);
});
