import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { FaultMatch } from '../../server/index.ts';
import { CONFIG_MAPS, configMap, type FaultyCluster, faultyCluster } from './support.ts';

let shop: FaultyCluster;
beforeAll(async () => {
  shop = await faultyCluster({ tokenFile: 'test/support/tokens.csv' });
  await shop.cluster.apply(configMap('web-0'), { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
});
afterEach(() => shop.cluster.faults.clear());
afterAll(() => shop[Symbol.asyncDispose]());

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const PODS = '/api/v1/namespaces/default/pods';

/** What is asked, as somebody whom every rule below may be about. */
const ask = async (line: string, headers = {}): Promise<number> => {
  const [method = '', path = ''] = line.split(' ');
  const bearer = { authorization: 'Bearer admin-token', 'user-agent': 'tests/1.0 (linux)', 'x-test': 'one' };
  const body = method === 'POST' ? JSON.stringify(configMap('web-1')) : '';
  return (await shop.anyone(path, { method, body, headers: { ...bearer, ...headers } })).status;
};

const TEAPOT = 418;

it.each<[FaultMatch, hit: string, missed: string]>([
  [{}, 'GET /version', ''],
  [{ verbs: ['list', 'get'] }, `GET ${CONFIG_MAPS}`, `DELETE ${CONFIG_MAPS}/none`],
  [{ verbs: ['*'] }, `DELETE ${CONFIG_MAPS}/none`, ''],
  [{ verbs: ['watch'] }, `GET ${PODS}?watch=1&timeoutSeconds=1`, `GET ${PODS}`],
  [{ group: 'apps' }, `GET ${DEPLOYMENTS}`, `GET ${PODS}`],
  [{ group: '' }, `GET ${PODS}`, `GET ${DEPLOYMENTS}`],
  [{ resource: 'pods' }, `GET ${PODS}/a`, `GET ${PODS}/a/status`],
  [{ resource: 'pods/status' }, `GET ${PODS}/a/status`, `GET ${PODS}/a`],
  [{ resource: 'pods/*' }, `GET ${PODS}/a/log`, `GET ${PODS}/a`],
  [{ resource: 'pods', subresource: 'log' }, `GET ${PODS}/a/log`, `GET ${PODS}/a/status`],
  [{ resource: 'deployments.apps' }, `GET ${DEPLOYMENTS}`, 'GET /apis/apps/v1/namespaces/default/replicasets'],
  [{ resource: 'configmaps.apps' }, '', `GET ${CONFIG_MAPS}`],
  [{ resource: '*' }, `GET ${PODS}/a/status`, 'GET /version'],
  [{ namespace: 'sh*' }, 'GET /api/v1/namespaces/shop/pods', `GET ${PODS}`],
  [{ namespace: 'shop' }, 'GET /api/v1/namespaces/shop', 'GET /api/v1/pods'],
  [{ name: 'web-*' }, `GET ${CONFIG_MAPS}/web-0`, `GET ${CONFIG_MAPS}/db`],
  [{ name: 'web-1' }, `POST ${CONFIG_MAPS}`, `GET ${CONFIG_MAPS}/web-0`],
  [{ name: 'web-0' }, `GET ${CONFIG_MAPS}?fieldSelector=metadata.name%3Dweb-0`, `GET ${CONFIG_MAPS}`],
  [{ path: '/apis/*' }, 'GET /apis/apps/v1', 'GET /api/v1'],
  [{ user: 'admin' }, 'GET /version', ''],
  [{ user: 'jane' }, '', 'GET /version'],
  [{ userGroup: 'system:mas*' }, 'GET /version', ''],
  [{ userGroup: 'dev' }, '', 'GET /version'],
  [{ userAgent: 'tests/*' }, 'GET /version', ''],
  [{ userAgent: 'kubectl/*' }, '', 'GET /version'],
  [{ headers: { 'X-Test': 'o*e' } }, 'GET /version', ''],
  [{ headers: { 'x-test': 'two' } }, '', 'GET /version'],
  [{ headers: { 'x-other': '*' } }, '', 'GET /version'],
])('%j is about %s, not about %s', async (match, hit, missed) => {
  await shop.fault({ match, code: TEAPOT });
  if (hit !== '') expect(await ask(hit)).toBe(TEAPOT);
  if (missed !== '') expect(await ask(missed)).not.toBe(TEAPOT);
});

it('leaves the body of a creation to whoever creates', async () => {
  await shop.fault({ match: { name: 'other' }, code: TEAPOT });
  expect(await ask(`POST ${CONFIG_MAPS}`)).toBe(201);
  expect((await shop.reports())[0]).toMatchObject({ matched: 0 });
});

it('never makes anything fail below /-/', async () => {
  await shop.fault({ code: TEAPOT });
  expect((await shop.admin('GET', '/-/controllers')).status).toBe(200);
  expect((await shop.admin('DELETE', '/-/faults')).status).toBe(200);
  expect(await ask('GET /version')).toBe(200);
});
