import { expect, test } from 'vitest';
import { startCluster } from '../../server/index.ts';

const LATER = [
  'service-cidr-controller',
  'ip-allocator-repair-controller',
  'resourceclaim-controller',
  'volumeattributesclass-protection-controller',
  'storage-version-migrator-controller',
];

test('controllers of kinds that came later are not there', async () => {
  await using cluster = await startCluster({ kubernetesVersion: '1.30', nodes: 1 });
  const names = cluster.controllers().map(({ name }) => name);
  expect(LATER.filter((name) => names.includes(name))).toEqual([]);
  expect(names).toContain('storage-resizer-controller');
  const chosen = startCluster({ kubernetesVersion: '1.30', controllers: ['*', '-service-cidr'] });
  await expect(chosen).rejects.toThrow('there is no controller "service-cidr" (--controllers)');
});

test('services get addresses of the range although no object names it', async () => {
  await using cluster = await startCluster({
    kubernetesVersion: '1.32',
    serviceClusterIpRange: '10.50.0.0/30',
    nodes: 0,
  });
  const service = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { ports: [{ port: 80 }] },
  });
  await cluster.apply(service('a'));
  const key = { namespace: 'default', name: 'a' };
  const { spec } = await cluster.transport().send({ verb: 'get', resource: 'v1/services', key });
  expect(spec).toMatchObject({ clusterIP: '10.50.0.2', ipFamilies: ['IPv4'] });
  await expect(cluster.apply(service('b'))).rejects.toThrow('range is full');
});
