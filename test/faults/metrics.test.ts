import { expect, it } from 'vitest';
import { readMetrics } from '../support/metrics.ts';
import { CONFIG_MAPS, configMap, faultyCluster } from './support.ts';

it('counts what a rule answers, with its code, as every other answer', async () => {
  await using shop = await faultyCluster({ controllers: ['-*'] });
  await shop.fault({ match: { verbs: ['create'], resource: 'configmaps' }, code: 503, times: 2 });
  await shop.fault({
    match: { verbs: ['get'], resource: 'configmaps', name: 'a' },
    throttle: { retryAfterSeconds: 1 },
  });
  await shop.fault({ match: { verbs: ['watch'], resource: 'configmaps' }, code: 403 });
  await shop.fault({ match: { verbs: ['delete'], resource: 'configmaps' }, reset: 'before' });
  await shop.fault({ match: { resource: 'inventions' }, code: 500 });
  await shop.admin('DELETE', '/metrics');
  for (let i = 0; i < 3; i++) await shop.admin('POST', CONFIG_MAPS, configMap('a'));
  await shop.admin('GET', `${CONFIG_MAPS}/a`);
  await shop.admin('GET', `${CONFIG_MAPS}?watch=true`);
  await shop.admin('DELETE', `${CONFIG_MAPS}/a`).catch(() => undefined);
  await shop.admin('GET', '/api/v1/inventions');
  const families = readMetrics((await shop.admin('GET', '/metrics')).text);
  const counted = (name: string, shown: string): string[] =>
    (families.get(name)?.samples ?? [])
      .filter((sample) => sample.labels.resource === 'configmaps' && sample.name === shown)
      .filter(({ labels }) => labels.scope === 'resource' || labels.scope === 'namespace')
      .map(({ labels: { verb, code = '' }, value }) => `${verb} ${code} ${value}`)
      .sort();
  const total = counted('apiserver_request_total', 'apiserver_request_total');
  expect(total).toEqual(['GET 429 1', 'POST 201 1', 'POST 503 2', 'WATCH 403 1']);
  const durations = counted('apiserver_request_duration_seconds', 'apiserver_request_duration_seconds_count');
  expect(durations).toEqual(['GET  0', 'POST  3', 'WATCH  1']);
  expect(
    [...families.values()].flatMap(({ samples }) => samples).some(({ labels }) => labels.resource === 'inventions'),
  ).toBe(false);
});
