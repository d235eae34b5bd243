import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { configuration, configured, PODS, pod } from './support.ts';

test('namespaces are made for what is created in them', async () => {
  const admissionPlugins = { enable: ['NamespaceAutoProvision'], disable: [] };
  await using cluster = await securedCluster(new SimulatedClock(), { admissionPlugins });
  const path = '/api/v1/namespaces/new/configmaps';
  const dry = await cluster.ask('POST', `${path}?dryRun=All`, { body: { metadata: { name: 'a' } } });
  expect(dry.status).toBe(404);
  await create(cluster, path, { metadata: { name: 'a' } });
  const { body } = await cluster.ask('GET', '/api/v1/namespaces/new');
  expect(at(body, 'metadata.labels')).toEqual({ 'kubernetes.io/metadata.name': 'new' });
  await create(cluster, path, { metadata: { name: 'b' } });
});

test('the labels by which pods select nodes, for the cluster and by namespace', async () => {
  const podNodeSelectorPluginConfig = { clusterDefaultNodeSelector: 'tier=web', default: 'tier=web,zone=a' };
  const plugin = { name: 'PodNodeSelector', configuration: { podNodeSelectorPluginConfig } };
  await using cluster = await configured(configuration(plugin), { enable: ['PodNodeSelector'] });
  const { body } = await cluster.ask('POST', PODS, { body: pod('a', { nodeSelector: { zone: 'a' } }) });
  expect(at(body, 'spec.nodeSelector')).toEqual({ tier: 'web', zone: 'a' });
  const refused = await cluster.ask('POST', PODS, { body: pod('b', { nodeSelector: { zone: 'b' } }) });
  expect(at(refused.body, 'message')).toBe(
    'pods "b" is forbidden: pod node label selector labels conflict with its namespace whitelist',
  );
});

test('what pods tolerate where their namespace says nothing', async () => {
  const toleration = { key: 'gpu', operator: 'Exists', effect: 'NoSchedule' };
  const plugin = {
    name: 'PodTolerationRestriction',
    configuration: {
      apiVersion: 'podtolerationrestriction.admission.k8s.io/v1alpha1',
      kind: 'Configuration',
      default: [toleration],
      whitelist: [toleration],
    },
  };
  const choice = { enable: ['PodTolerationRestriction'], disable: ['DefaultTolerationSeconds'] };
  await using cluster = await configured(configuration(plugin), choice);
  const { body } = await cluster.ask('POST', PODS, { body: pod('a') });
  expect(at(body, 'spec.tolerations')).toEqual([toleration]);
  const other = { ...toleration, key: 'disk' };
  const refused = await cluster.ask('POST', PODS, { body: pod('b', { tolerations: [other] }) });
  expect(at(refused.body, 'message')).toMatch(/conflict with its cluster whitelist$/);
});
