import { expect, test } from 'vitest';
import { startCluster } from '../../../server/index.ts';
import { ask, readKubeconfig } from '../../support/ask.ts';
import { golden } from '../../support/golden.ts';
import { type ReadFamily, readMetrics, shapeOf } from '../../support/metrics.ts';
import { securedCluster } from '../../support/secured-cluster.ts';
import { openWatch } from '../../support/watch-stream.ts';
import { metricsOf } from './support.ts';

const known = new Map(golden<ReadFamily>('metrics.json').map((family) => [family.name, family]));

const FROM_REQUESTS = [
  'apiserver_current_inflight_requests',
  'apiserver_longrunning_requests',
  'apiserver_request_duration_seconds',
  'apiserver_request_total',
  'apiserver_resource_objects',
  'apiserver_storage_objects',
  'apiserver_watch_events_total',
];

test('families have the names, texts, types, labels and ranges of a real server', async () => {
  await using cluster = await securedCluster();
  using stream = await openWatch(cluster.port, '/api/v1/namespaces?watch=true');
  await stream.until(1);
  await cluster.ask('GET', '/api/v1/nodes');
  const families = await metricsOf(cluster);
  expect([...families.keys()]).toEqual(expect.arrayContaining([...FROM_REQUESTS, 'process_cpu_seconds_total']));
  expect([...families.keys()]).toEqual([...families.keys()].sort());
  for (const [name, family] of families) expect(shapeOf(family), name).toEqual(known.get(name));
});

test('objects are counted for the resources of a real server, under both names', async () => {
  await using cluster = await securedCluster();
  const families = await metricsOf(cluster);
  const samples = families.get('apiserver_storage_objects')?.samples ?? [];
  expect(samples.map(({ labels }) => labels.resource)).toEqual(golden<string>('metrics-objects.json'));
  const counts = new Map(samples.map(({ labels, value }) => [labels.resource, value]));
  expect(counts.get('nodes')).toBe(1);
  for (const { labels, value } of families.get('apiserver_resource_objects')?.samples ?? []) {
    const name = labels.group === '' ? labels.resource : `${labels.resource}.${labels.group}`;
    expect(value, name).toBe(counts.get(name));
  }
});

test('work queues have the names of their controllers in a real cluster', async () => {
  await using cluster = await startCluster({ logLevel: 'error' });
  await cluster.apply('{apiVersion: v1, kind: Namespace, metadata: {name: other}}');
  await cluster.settle();
  const { server, ...credentials } = readKubeconfig(cluster.kubeconfig());
  const families = readMetrics((await ask(`${server}/metrics`, { credentials })).text);
  for (const name of ['workqueue_adds_total', 'workqueue_depth', 'workqueue_retries_total']) {
    const family = families.get(name);
    expect(family && shapeOf(family), name).toEqual(known.get(name));
    expect(family?.samples.map(({ labels }) => labels.name)).toEqual(
      expect.arrayContaining(['deployment', 'replicaset', 'endpoint_slice', 'namespace', 'serviceaccount']),
    );
  }
  const adds = families.get('workqueue_adds_total')?.samples.find(({ labels }) => labels.name === 'serviceaccount');
  expect(adds?.value).toBeGreaterThan(4);
});
