import { expect, onTestFinished, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';

const NAMESPACE = { namespace: 'default' };

const configMap = (name: string): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

async function configMaps(cluster: RunningCluster): Promise<(string | undefined)[]> {
  const { items } = await cluster.transport().list({ resource: 'v1/configmaps', ...NAMESPACE });
  return items.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
}

test('await using ends the cluster and frees its port', async () => {
  let port: number;
  {
    await using cluster = await startCluster();
    port = Number(new URL(cluster.url).port);
    expect(port).toBeGreaterThan(0);
  }
  await using again = await startCluster({ port });
  expect(again.url).toBe(`https://127.0.0.1:${port}`);
});

test('apply takes YAML with many documents and objects, creates and changes', async () => {
  await using cluster = await startCluster();
  const text = `{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: extra}}`;
  await cluster.apply(text, configMap('b'));
  expect(await configMaps(cluster)).toEqual(['a', 'b']);
  await cluster.apply({ ...configMap('a'), data: { changed: 'yes' } });
  const key = { ...NAMESPACE, name: 'a' };
  expect(await cluster.transport().send({ verb: 'get', resource: 'v1/configmaps', key })).toMatchObject({
    data: { changed: 'yes' },
  });
});

test('apply refuses a bad manifest with the words of the API', async () => {
  await using cluster = await startCluster();
  await expect(cluster.apply('{apiVersion: v1, kind: Pod, metadata: {name: a}}')).rejects.toThrow(
    /manifest 1:1: .*spec.containers: Required value/,
  );
});

test('settle resolves when everything that follows from a change has happened', async () => {
  await using cluster = await startCluster();
  const spec = { containers: [{ name: 'c', image: 'nginx' }] };
  const template = { metadata: { labels: { app: 'web' } }, spec };
  await cluster.apply({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 20, selector: { matchLabels: { app: 'web' } }, template },
  });
  await cluster.settle();
  const key = { ...NAMESPACE, name: 'web' };
  const web = await cluster.transport().send({ verb: 'get', resource: 'apps/v1/deployments', key });
  expect(web).toMatchObject({ status: { readyReplicas: 20 } });
});

test('reset brings the fixtures back and takes everything else away', async () => {
  await using cluster = await startCluster({ fixtures: ['fixtures/manifests'] });
  const pods = async (): Promise<number> =>
    (await cluster.transport().list({ resource: 'v1/pods', ...NAMESPACE })).items.length;
  await cluster.apply(configMap('a'));
  await cluster.transport().send({
    verb: 'delete',
    resource: 'apps/v1/deployments',
    key: { ...NAMESPACE, name: 'nginx-deployment' },
  });
  await cluster.settle();
  expect([await configMaps(cluster), await pods()]).toEqual([['a'], 0]);
  await cluster.reset();
  expect([await configMaps(cluster), await pods()]).toEqual([[], 3]);
});

test('transport is a client of any user, and RBAC holds for it', async () => {
  await using cluster = await startCluster();
  const jane = cluster.transport({ name: 'jane', groups: ['system:authenticated'] });
  await expect(jane.list({ resource: 'v1/secrets', ...NAMESPACE })).rejects.toThrow(
    'secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "default"',
  );
});

test('a controller can be switched off and on', async () => {
  await using cluster = await startCluster();
  const pods = async (): Promise<number> =>
    (await cluster.transport().list({ resource: 'v1/pods', namespace: '' })).items.length;
  await cluster.setController('replicaset-controller', false);
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  const spec = { replicas: 1, selector: { matchLabels: { app: 'a' } }, template };
  await cluster.apply({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'a' }, spec });
  await cluster.settle();
  expect(await pods()).toBe(0);
  await cluster.setController('replicaset-controller', true);
  await cluster.settle();
  expect(await pods()).toBe(1);
});

test('many clusters live in one process, each with its own port, objects and certificates', async () => {
  const all = await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      const cluster = await startCluster({ nodes: 1 });
      onTestFinished(() => cluster.stop());
      await cluster.apply(configMap(`only-${i}`));
      return cluster;
    }),
  );
  expect(new Set(all.map(({ url }) => url)).size).toBe(8);
  expect(await Promise.all(all.map(configMaps))).toEqual(all.map((_, i) => [`only-${i}`]));
  const authorities = all.map((cluster) => /certificate-authority-data: (.*)/.exec(cluster.kubeconfig())?.[1]);
  expect(new Set(authorities).size).toBe(8);
});
