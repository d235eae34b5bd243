import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AdminCluster, adminCluster } from '../admin/support.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster();
});
afterAll(() => shop[Symbol.asyncDispose]());

const MAPS = '/api/v1/namespaces/default/configmaps';
const create = (name: string): Promise<unknown> => shop.admin('POST', MAPS, { metadata: { name } });

async function wait(body: object): Promise<{ status: number; answer: Record<string, unknown> }> {
  const { status, text } = await shop.admin('POST', '/-/requests/wait', body);
  return { status, answer: JSON.parse(text) as Record<string, unknown> };
}

it('answers when so many have come', async () => {
  const waited = wait({ match: { resource: 'configmaps', name: 'wait-*', verb: 'create' }, count: 2, since: 0 });
  await create('wait-a');
  await create('other');
  await create('wait-b');
  const { status, answer } = await waited;
  expect([status, answer.items]).toEqual([
    200,
    [
      expect.objectContaining({ objectRef: expect.objectContaining({ name: 'wait-a' }) }),
      expect.objectContaining({ objectRef: expect.objectContaining({ name: 'wait-b' }) }),
    ],
  ]);
});

it('counts those that came after a mark', async () => {
  const since = shop.cluster.requests.mark();
  await create('early');
  expect((await wait({ match: { name: 'early' }, since })).status).toBe(200);
  const { status } = await wait({ match: { name: 'early' }, since: shop.cluster.requests.mark(), timeoutSeconds: 0 });
  expect(status).toBe(504);
});

it('tells what came instead', async () => {
  const since = shop.cluster.requests.mark();
  await create('near');
  const match = { resource: 'configmaps', name: 'near', verb: 'update' };
  const { status, answer } = await wait({ match, since, timeoutSeconds: 0 });
  expect([status, answer.reason]).toEqual([504, 'Timeout']);
  const { causes } = answer.details as { causes: { message: string }[] };
  expect(causes.map(({ message }) => message)).toEqual([
    `#${since + 1} create configmaps default/near by kubernetes-admin (201): verb is "create", not "update"`,
  ]);
  expect(answer.message).toMatch(
    /^0 of 1 request with resource "configmaps", name "near", verb "update" came in 0 s\n {2}#/,
  );
});

it.each([
  [{ match: { nam: 'a' } }, 'there is no match.nam; there are resource, '],
  [{ match: { name: 1 } }, 'match.name has to be a text'],
  [{ math: {} }, 'there is no field "math"; there are match, '],
  [{ match: { verb: 'craete' } }, 'did you mean create?'],
  [{ match: { code: '4x' } }, 'code has to be a number from 100 to 599 or such as 4xx, and is "4x"'],
  [{ timeoutMs: 1 }, 'there is no field "timeoutMs"; there are match, count, since, timeoutSeconds, controllers'],
  [{ count: 0 }, 'count has to be a whole number from 1 to '],
  [{ timeoutSeconds: 1e9 }, 'timeoutSeconds has to be a number from 0 to 600'],
])('refuses %j', async (body, message) => {
  const { status, answer } = await wait(body);
  expect([status, answer.message]).toEqual([400, expect.stringContaining(message)]);
});
