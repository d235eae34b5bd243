import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { type Client, connect } from '../../server/testing/client.ts';

const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { b: 'c' } };

let cluster: RunningCluster;
let client: Client;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 1 });
  client = connect(cluster.kubeconfig());
});
afterAll(async () => {
  client.close();
  await cluster.stop();
});

test('routes are asked by method and path, with what stands in it', async () => {
  const { controllers } = await client.request('GET /controllers');
  expect(controllers).toContainEqual({ name: 'deployment-controller', enabled: true });
  const off = await client.request('PUT /controllers/{name}', {
    params: { name: 'deployment' },
    body: { enabled: false, namespace: 'shop' },
  });
  expect(off.namespaces).toEqual({ shop: false });
  const on = await client.request('DELETE /controllers/{name}', {
    params: { name: 'deployment' },
    query: { namespace: 'shop' },
  });
  expect(on.namespaces ?? {}).toEqual({});
  expect(await client.request('GET /kubeconfig')).toContain('kind: Config');
});

test('requests are found by verb, resource and test id', async () => {
  for (const id of ['mine', 'other']) {
    const sent = client.send('GET', `/api/v1/namespaces/default/configmaps/${id}`, { headers: { 'x-test-id': id } });
    await expect(sent).rejects.toMatchObject({ status: 404 });
  }
  const { items } = await client.request('GET /requests', {
    query: { verb: 'get', resource: 'configmaps', testId: 'mine' },
  });
  expect(items).toMatchObject([{ verb: 'get', objectRef: { resource: 'configmaps', name: 'mine' } }]);
});

test('what the API refuses is told in its words', async () => {
  const asked = client.request('PUT /controllers/{name}', { params: { name: 'a b' }, body: { enabled: true } });
  await expect(asked).rejects.toThrow('PUT /-/controllers/a%20b: there is no controller "a b"');
  await expect(asked).rejects.toMatchObject({
    name: 'RequestError',
    status: 404,
    reason: 'NotFound',
  });
});

test.each(['configmap/a', 'ConfigMap/a', 'cm/a', 'configmaps.v1/a'])('%s is found', async (target) => {
  await client.apply(CONFIG_MAP);
  const found = { kind: 'ConfigMap', data: { b: 'c' } };
  expect(await client.get(target)).toMatchObject(found);
  expect(await cluster.get(target)).toMatchObject(found);
  expect(await client.get(target, { namespace: 'kube-system' })).toBeUndefined();
  expect(await cluster.get(target, { namespace: 'kube-system' })).toBeUndefined();
});

test.each(['deploy', 'deployments.apps', 'deployment.v1.apps', 'ing', 'events', 'node', 'crds', 'hpa', 'svc'])(
  '%s means the same in the process and outside',
  async (word) => {
    const { group, version, resource, kind, namespaced } = await client.resolve(word);
    expect(await cluster.resolve(word)).toMatchObject({ group, version, resource, kind, namespaced });
  },
);

test('events are those of the core group, and words that mean nothing are told', async () => {
  expect(await client.resolve('events')).toMatchObject({ group: '', kind: 'Event' });
  for (const subject of [client, cluster]) {
    await expect(subject.get('deplyment/web')).rejects.toThrow('the cluster serves no resource "deplyment"');
    await expect(subject.get('web')).rejects.toThrow('"web" names no object');
  }
});

test('custom resources are found as soon as they are defined', async () => {
  await client.get('configmap/a');
  await client.apply(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: websites.example.com}
spec:
  group: example.com
  names: {kind: Website, plural: websites, singular: website, shortNames: [ws]}
  scope: Cluster
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
`);
  await client.settle();
  await client.apply('{apiVersion: example.com/v1, kind: Website, metadata: {name: shop}}');
  for (const subject of [client, cluster]) {
    expect(await subject.get('ws/shop')).toMatchObject({ kind: 'Website' });
    expect(await subject.list('websites.example.com')).toHaveLength(1);
  }
});

test('lists choose by labels and namespaces', async () => {
  for (const [name, app] of [
    ['x', 'one'],
    ['y', 'two'],
  ])
    await client.apply({ ...CONFIG_MAP, metadata: { name, labels: { app } } });
  for (const subject of [client, cluster]) {
    const chosen = await subject.list('cm', { labelSelector: 'app=two' });
    expect(chosen.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([['ConfigMap', 'y']]);
    expect((await subject.list('cm', { namespace: '' })).length).toBeGreaterThan((await subject.list('cm')).length);
  }
});

test('a fork is a cluster of its own, which ends', async () => {
  await client.apply(CONFIG_MAP);
  const fork = await client.fork({ name: 'side' });
  expect(fork.url).toBe(`${cluster.url}/clusters/side`);
  await fork.apply({ ...CONFIG_MAP, metadata: { name: 'only-there' } });
  expect(await fork.get('cm/a')).toBeDefined();
  expect(await client.get('cm/only-there')).toBeUndefined();
  await using second = await fork.fork();
  expect(await second.get('cm/only-there')).toBeDefined();
  await fork.reset();
  expect(await fork.get('cm/only-there')).toBeUndefined();
  await fork.stop();
  await fork.stop();
  const { clusters } = await client.request('GET /clusters');
  expect(clusters.map(({ name }) => name)).toEqual([second.name]);
});

test('kubeconfigs are read as blocks, as JSON and in pieces', async () => {
  const text = cluster.kubeconfig();
  const config = parse(text) as { clusters: { name: string }[] };
  const other = { name: 'another', cluster: { server: 'https://127.0.0.1:1' } };
  const user = readableUser(text);
  const forms = [
    JSON.stringify({ ...config, clusters: [other, ...config.clusters] }),
    text.replace('clusters:\n', 'clusters:\n- cluster:\n    server: \'https://127.0.0.1:1\'\n  name: "another"\n'),
    { url: `${cluster.url}/`, ...user },
  ];
  for (const form of forms) {
    await using connected = connect(form);
    expect(connected.url).toBe(cluster.url);
    expect(await connected.get('namespace/default')).toBeDefined();
  }
  expect(() => connect('apiVersion: v1\nkind: Config\n')).toThrow('no current context');
});

function readableUser(text: string): { ca: string; certificate: string; key: string } {
  const pem = (name: string): string =>
    Buffer.from(new RegExp(`${name}: (\\S+)`).exec(text)?.[1] ?? '', 'base64').toString();
  return {
    ca: pem('certificate-authority-data'),
    certificate: pem('client-certificate-data'),
    key: pem('client-key-data'),
  };
}
