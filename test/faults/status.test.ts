import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { open } from '../support/ask.ts';
import { CONFIG_MAPS, configMap, type FaultyCluster, faultyCluster } from './support.ts';

let shop: FaultyCluster;
beforeAll(async () => {
  shop = await faultyCluster();
});
afterEach(() => shop.cluster.faults.clear());
afterAll(() => shop[Symbol.asyncDispose]());

it('answers a Status instead of what was asked for, and does nothing', async () => {
  const status = { code: 403, reason: 'Forbidden', message: 'not today', details: { name: 'a', kind: 'configmaps' } };
  await shop.fault({ match: { verbs: ['create'], resource: 'configmaps' }, status });
  const refused = await shop.admin('POST', CONFIG_MAPS, configMap('a'));
  expect([refused.status, JSON.parse(refused.text)]).toEqual([
    403,
    { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...status },
  ]);
  expect((await shop.read(`${CONFIG_MAPS}/a`)).status).toBe(404);
});

it('fills in what upstream says of a code', async () => {
  await shop.fault({ match: { path: '/healthz' }, code: 503 });
  await shop.fault({ match: { path: '/version' }, code: 500 });
  expect(await shop.read('/healthz')).toMatchObject({
    status: 503,
    body: { reason: 'ServiceUnavailable', message: 'the server is currently unable to handle the request' },
  });
  expect(await shop.read('/version')).toMatchObject({ status: 500, body: { reason: 'InternalError' } });
  expect((await shop.read('/api')).status).toBe(200);
});

it.each([
  [{ throttle: { retryAfterSeconds: 3 } }, 429, '3'],
  [{ throttle: true }, 429, '1'],
  [{ throttle: { as: 'text' } }, 429, '1'],
  [{ status: { code: 503, retryAfterSeconds: 7 } }, 503, '7'],
] as const)('%j answers %i with Retry-After: %s', async (effect, code, seconds) => {
  await shop.fault({ match: { resource: 'configmaps' }, ...effect });
  const { statusCode, headers } = await open(shop.cluster.httpUrl + CONFIG_MAPS);
  expect([statusCode, headers['retry-after']]).toEqual([code, seconds]);
});

it('says the words of upstream where it throttles', async () => {
  await shop.fault({ match: { resource: 'configmaps' }, throttle: true, times: 1 });
  await shop.fault({ match: { resource: 'configmaps' }, throttle: { as: 'text' } });
  const message = 'Too many requests, please try again later.';
  const { status, body } = await shop.read(CONFIG_MAPS);
  expect([status, body]).toEqual([
    429,
    expect.objectContaining({ reason: 'TooManyRequests', message, details: { retryAfterSeconds: 1 } }),
  ]);
  expect(await shop.admin('GET', CONFIG_MAPS)).toMatchObject({ status: 429, text: `${message}\n` });
});
