import { expect, test } from 'vitest';
import { golden } from '../../support/golden.ts';
import { type ReadFamily, readMetrics, shapeOf } from '../../support/metrics.ts';
import { type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

async function checks(cluster: SecuredCluster): Promise<Map<string, ReadFamily>> {
  return readMetrics((await cluster.ask('GET', '/metrics/slis')).body as string);
}

test('health checks count by page, name and result, except those that were left out', async () => {
  await using cluster = await securedCluster();
  cluster.cluster.health.set('fixtures', false);
  await cluster.ask('GET', '/readyz');
  await cluster.ask('GET', '/readyz?exclude=ping');
  await cluster.ask('GET', '/readyz/ping');
  await cluster.ask('GET', '/livez?verbose');
  const families = await checks(cluster);
  for (const name of ['kubernetes_healthcheck', 'kubernetes_healthchecks_total']) {
    const family = families.get(name);
    expect(family && shapeOf(family)).toEqual(golden<ReadFamily>('metrics.json').find((other) => other.name === name));
  }
  const shown = (family: string): string[] =>
    (families.get(family)?.samples ?? [])
      .filter(({ labels: { name } }) => name === 'ping' || name === 'fixtures')
      .map(({ labels: { name, status = '', type }, value }) => [name, type, status, value].join(' '));
  expect(shown('kubernetes_healthcheck')).toEqual([
    'fixtures livez  1',
    'fixtures readyz  0',
    'ping livez  1',
    'ping readyz  1',
  ]);
  expect(shown('kubernetes_healthchecks_total')).toEqual([
    'fixtures readyz error 2',
    'fixtures livez success 1',
    'ping livez success 1',
    'ping readyz success 1',
  ]);
  await cluster.ask('DELETE', '/metrics/slis');
  expect((await checks(cluster)).size).toBe(0);
});
