import { expect, test } from 'vitest';
import { type ReadSample, readMetrics } from '../support/metrics.ts';
import { create, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';
import { webhookServer } from '../support/webhooks/webhook-server.ts';
import { CONFIG_MAPS, hook, register } from './webhooks/support.ts';

const STEP = 'apiserver_admission_step_admission_duration_seconds';
const CONTROLLER = 'apiserver_admission_controller_admission_duration_seconds';

/** The numbers of a family, of histograms how often something happened. */
async function counts(cluster: SecuredCluster, family: string): Promise<Record<string, number>> {
  const { body } = await cluster.ask('GET', '/metrics');
  const samples: readonly ReadSample[] = readMetrics(String(body)).get(family)?.samples ?? [];
  const shown = samples.filter(({ name }) => name === family || name === `${family}_count`);
  return Object.fromEntries(
    shown.map(({ labels, value }) => [
      Object.entries(labels)
        .map((pair) => pair.join('='))
        .join(' '),
      value,
    ]),
  );
}

async function start(): Promise<SecuredCluster> {
  const cluster = await securedCluster();
  await cluster.ask('DELETE', '/metrics');
  return cluster;
}

test('every phase of admission is counted by what is done and whether it is refused', async () => {
  await using cluster = await start();
  await create(cluster, CONFIG_MAPS, { metadata: { name: 'a' } });
  await cluster.ask('DELETE', `${CONFIG_MAPS}/a`);
  await cluster.ask('POST', '/api/v1/namespaces/missing/configmaps', { body: { metadata: { name: 'a' } } });
  expect(await counts(cluster, STEP)).toEqual({
    'operation=CREATE rejected=false type=admit': 1,
    'operation=CREATE rejected=false type=validate': 1,
    'operation=CREATE rejected=true type=admit': 1,
    'operation=DELETE rejected=false type=admit': 1,
    'operation=DELETE rejected=false type=validate': 1,
  });
});

test('so is what each plugin makes of it', async () => {
  await using cluster = await start();
  await create(cluster, CONFIG_MAPS, { metadata: { name: 'a' } });
  await cluster.ask('POST', '/api/v1/namespaces/missing/configmaps', { body: { metadata: { name: 'a' } } });
  expect(await counts(cluster, CONTROLLER)).toMatchObject({
    'name=NamespaceLifecycle operation=CREATE rejected=false type=admit': 1,
    'name=NamespaceLifecycle operation=CREATE rejected=true type=admit': 1,
    'name=ResourceQuota operation=CREATE rejected=false type=validate': 1,
  });
});

test('calls of webhooks are counted by how they end', async () => {
  await using server = await webhookServer([
    { response: { allowed: true } },
    { response: { allowed: false, status: { code: 418 } } },
    { fault: 'close' },
  ]);
  await using cluster = await start();
  const hooks = [hook(server, 0), hook(server, 2, { failurePolicy: 'Ignore' }), hook(server, 1)];
  await register(cluster, 'validating', 'checks', hooks);
  await cluster.ask('POST', CONFIG_MAPS, { body: { metadata: { name: 'a' } } });
  expect(await counts(cluster, 'apiserver_admission_webhook_request_total')).toEqual({
    'code=200 name=hook0.example.com operation=CREATE rejected=false type=validating': 1,
    'code=418 name=hook1.example.com operation=CREATE rejected=true type=validating': 1,
    'code=503 name=hook2.example.com operation=CREATE rejected=false type=validating': 1,
  });
  expect(await counts(cluster, 'apiserver_admission_webhook_rejection_count')).toEqual({
    'error_type=no_error name=hook1.example.com operation=CREATE rejection_code=418 type=validating': 1,
  });
  expect(await counts(cluster, 'apiserver_admission_webhook_fail_open_count')).toEqual({
    'name=hook2.example.com type=validating': 1,
  });
  const durations = await counts(cluster, 'apiserver_admission_webhook_admission_duration_seconds');
  expect(Object.values(durations)).toEqual([1, 1, 1]);
});
