import { expect, test } from 'vitest';
import { API_SERVICES, settled } from '../support/aggregation/registration.ts';
import { at, create, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const LABEL = 'kube-aggregator.kubernetes.io/automanaged';
const SERVICE = `${API_SERVICES}/v1.example.com`;
const spec = { group: 'example.com', version: 'v1', groupPriorityMinimum: 1000, versionPriority: 100 };

const openSchema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
const definition = {
  metadata: { name: 'toys.example.com' },
  spec: {
    group: 'example.com',
    names: { plural: 'toys', kind: 'Toy' },
    scope: 'Namespaced',
    versions: [{ name: 'v1', served: true, storage: true, schema: openSchema }],
  },
};

async function change(cluster: SecuredCluster, body: object): Promise<void> {
  await cluster.ask('PATCH', SERVICE, { headers: [['content-type', 'application/merge-patch+json']], body });
  await settled(cluster);
}

test('a definition has an APIService that stays as it has to be', async () => {
  await using cluster = await securedCluster();
  await create(cluster, DEFINITIONS, definition);
  const made = (await cluster.ask('GET', SERVICE)).body;
  expect(made).toMatchObject({ metadata: { labels: { [LABEL]: 'true' } }, spec });
  await change(cluster, { spec: { versionPriority: 7, service: { namespace: 'default', name: 'kitchen' } } });
  expect(at((await cluster.ask('GET', SERVICE)).body, 'spec')).toEqual(spec);
  await cluster.ask('DELETE', SERVICE);
  await settled(cluster);
  const { body } = await cluster.ask('GET', SERVICE);
  expect(at(body, 'spec')).toEqual(spec);
  expect(at(body, 'metadata.uid')).not.toBe(at(made, 'metadata.uid'));
  await cluster.ask('DELETE', `${DEFINITIONS}/toys.example.com`);
  await settled(cluster);
  expect((await cluster.ask('GET', SERVICE)).status).toBe(404);
});

test('without the label it belongs to whoever took it off', async () => {
  await using cluster = await securedCluster();
  await create(cluster, DEFINITIONS, definition);
  await change(cluster, { metadata: { labels: { [LABEL]: null } } });
  await change(cluster, { spec: { service: { namespace: 'default', name: 'kitchen' } } });
  expect((await cluster.ask('GET', '/apis/example.com/v1/toys')).body).toBe('service unavailable\n');
  await cluster.ask('DELETE', `${DEFINITIONS}/toys.example.com`);
  await settled(cluster);
  expect((await cluster.ask('GET', SERVICE)).status).toBe(200);
});

test('one that says it is kept by the server, and that no definition wants, goes', async () => {
  await using cluster = await securedCluster();
  const metadata = { name: 'v1.example.com', labels: { [LABEL]: 'true' } };
  await create(cluster, API_SERVICES, { metadata, spec });
  await settled(cluster);
  expect((await cluster.ask('GET', SERVICE)).status).toBe(404);
});
