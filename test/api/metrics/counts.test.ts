import { afterEach, beforeEach, expect, test } from 'vitest';
import { JANE_TOKEN, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { openWatch } from '../../support/watch-stream.ts';
import { metricsOf, sampleOf } from './support.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const ABOUT_MAPS = { component: 'apiserver', group: '', version: 'v1', resource: 'configmaps', subresource: '' };
const map = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

let cluster: SecuredCluster;
let clock: SimulatedClock;
beforeEach(async () => {
  clock = new SimulatedClock();
  cluster = await securedCluster(clock);
});
afterEach(() => cluster[Symbol.asyncDispose]());

test('requests count by verb, scope, dry run and code', async () => {
  const patch = (type: string) => [['content-type', `application/${type}`]] as const;
  await cluster.ask('POST', MAPS, { body: map('a') });
  await cluster.ask('POST', `${MAPS}?dryRun=All`, { body: map('b') });
  await cluster.ask('POST', MAPS, { body: map('a') });
  await cluster.ask('GET', `${MAPS}/a`);
  await cluster.ask('GET', `${MAPS}/a`);
  await cluster.ask('GET', `${MAPS}/none`);
  await cluster.ask('GET', MAPS);
  await cluster.ask('GET', '/api/v1/configmaps');
  await cluster.ask('PATCH', `${MAPS}/a`, { body: {}, headers: patch('merge-patch+json') });
  await cluster.ask('PATCH', `${MAPS}/a?fieldManager=x`, { body: map('a'), headers: patch('apply-patch+yaml') });
  await cluster.ask('PUT', `${MAPS}/a`, { body: map('a') });
  await cluster.ask('DELETE', `${MAPS}/a`);
  await cluster.ask('DELETE', MAPS);
  const family = (await metricsOf(cluster)).get('apiserver_request_total');
  const counts = (family?.samples ?? []).map(({ labels: { verb, scope, dry_run: dry, code, ...rest }, value }) => {
    expect(rest).toEqual(ABOUT_MAPS);
    return `${[verb, scope, dry, code].join(' ')}: ${value}`;
  });
  expect(counts.sort()).toEqual([
    'APPLY resource  200: 1',
    'DELETE namespace  200: 1',
    'DELETE resource  200: 1',
    'GET resource  200: 2',
    'GET resource  404: 1',
    'LIST cluster  200: 1',
    'LIST namespace  200: 1',
    'PATCH resource  200: 1',
    'POST resource  201: 1',
    'POST resource  409: 1',
    'POST resource All 201: 1',
    'PUT resource  200: 1',
  ]);
  expect(await sampleOf(cluster, 'apiserver_request_duration_seconds_count', { ...ABOUT_MAPS, verb: 'GET' })).toBe(3);
});

test('a watch is a running request until it ends, and its events count', async () => {
  const running = { ...ABOUT_MAPS, verb: 'WATCH', scope: 'namespace' };
  const stream = await openWatch(cluster.port, `${MAPS}?watch=true`);
  using one = await openWatch(cluster.port, `${MAPS}?watch=true&fieldSelector=metadata.name%3Da`);
  await cluster.ask('POST', MAPS, { body: map('a') });
  await Promise.all([stream.until(1), one.until(1)]);
  expect(await sampleOf(cluster, 'apiserver_longrunning_requests', running)).toBe(1);
  expect(await sampleOf(cluster, 'apiserver_longrunning_requests', { ...running, scope: 'resource' })).toBe(1);
  expect(await sampleOf(cluster, 'apiserver_watch_events_total', { resource: 'configmaps' })).toBe(2);
  expect(await sampleOf(cluster, 'apiserver_request_total', running)).toBeUndefined();
  stream[Symbol.dispose]();
  await expect.poll(() => sampleOf(cluster, 'apiserver_longrunning_requests', running)).toBe(0);
  expect(await sampleOf(cluster, 'apiserver_request_total', { ...running, code: '200' })).toBe(1);
});

test('pages of discovery, OpenAPI and health count as upstream names them', async () => {
  for (const path of ['/api', '/apis', '/readyz', '/openapi/v3', '/openapi/v3/api/v1', '/version', '/apis/apps/v1'])
    await cluster.ask('GET', path);
  const samples = (await metricsOf(cluster)).get('apiserver_request_total')?.samples ?? [];
  const shown = samples.map(({ labels, value }) => `${labels.component} ${labels.subresource} ${value}`);
  expect(shown).toEqual([' /readyz 1', ' openapi/v3 2', 'apiserver api 1', 'apiserver apis 1']);
});

test('what was refused before it reached a resource does not count, and makes no labels', async () => {
  await cluster.ask('GET', MAPS, { token: JANE_TOKEN });
  await cluster.ask('GET', MAPS, { token: 'nobody' });
  await cluster.ask('GET', '/api/v1/inventions');
  await cluster.ask('GET', `${MAPS}/a/invention`);
  await cluster.ask('GET', '/invention');
  expect((await metricsOf(cluster)).has('apiserver_request_total')).toBe(false);
});

test('the page that is being asked for is the only request in flight', async () => {
  expect(await sampleOf(cluster, 'apiserver_current_inflight_requests', { request_kind: 'readOnly' })).toBe(1);
  expect(await sampleOf(cluster, 'apiserver_current_inflight_requests', { request_kind: 'mutating' })).toBe(0);
});

test('DELETE forgets what was counted', async () => {
  await cluster.ask('GET', MAPS);
  expect(await cluster.ask('DELETE', '/metrics')).toMatchObject({ status: 200, body: 'metrics reset\n' });
  expect((await metricsOf(cluster)).has('apiserver_request_total')).toBe(false);
});
