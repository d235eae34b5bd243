import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../support/secured-cluster.ts';

const capacity = { storage: '1Gi' };
const accessModes = ['ReadWriteOnce'];

test('volumes, claims and attribute classes are protected from the start', async () => {
  await using cluster = await securedCluster();
  const finalizers = async (path: string, body: object): Promise<unknown> =>
    at(await create(cluster, path, body), 'metadata.finalizers');
  const claim = {
    metadata: { name: 'a', finalizers: ['example.com/x'] },
    spec: { accessModes, resources: { requests: capacity } },
  };
  expect(await finalizers('/api/v1/namespaces/default/persistentvolumeclaims', claim)).toEqual([
    'example.com/x',
    'kubernetes.io/pvc-protection',
  ]);
  const volume = {
    metadata: { name: 'a', finalizers: ['kubernetes.io/pv-protection'] },
    spec: { capacity, accessModes, hostPath: { path: '/x' } },
  };
  expect(await finalizers('/api/v1/persistentvolumes', volume)).toEqual(['kubernetes.io/pv-protection']);
  const attributes = { metadata: { name: 'a' }, driverName: 'd', parameters: { a: 'b' } };
  expect(await finalizers('/apis/storage.k8s.io/v1/volumeattributesclasses', attributes)).toEqual([
    'kubernetes.io/vac-protection',
  ]);
});
