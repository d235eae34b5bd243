import { expect, test } from 'vitest';
import { rootCaController } from '../../../controllers/root-ca/index.ts';
import type { ConfigMap } from '../../../server/kube/types.gen.ts';
import { controllerRequests, restart } from '../../support/requests.ts';
import { testCluster } from '../../support/test-cluster.ts';

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const KEY = { namespace: 'default', name: 'kube-root-ca.crt' };
/** As kube-controller-manager 1.37.2 writes it. */
const DESCRIPTION = [
  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints',
  'such as the internal service IP or kubernetes.default.svc.',
  'No other usage is guaranteed across distributions of Kubernetes clusters.',
].join(' ');

test('every namespace has the certificate of the CA', async () => {
  const cluster = await testCluster({ controllers: [rootCaController(CERTIFICATE)] });
  const { client, settle, stop } = cluster;
  await client.create('v1/namespaces', { metadata: { name: 'new' } });
  await settle();
  const maps = await client.list<ConfigMap>('v1/configmaps');
  expect(maps.map(({ metadata }) => metadata.namespace)).toEqual(['default', 'kube-system', 'new']);
  const [map] = maps;
  expect(map?.data).toEqual({ 'ca.crt': CERTIFICATE });
  expect(map?.metadata).toMatchObject({
    name: 'kube-root-ca.crt',
    annotations: { 'kubernetes.io/description': DESCRIPTION },
  });

  const requests = controllerRequests(cluster);
  await restart(cluster, 'root-ca-certificate-publisher-controller');
  expect(requests).toEqual([]);
  await stop();
});

test('what somebody changes or deletes is restored, except additions to the metadata', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [rootCaController(CERTIFICATE)] });
  await settle();
  const read = async (): Promise<unknown> => {
    await settle();
    const { data, metadata } = await client.get<ConfigMap>('v1/configmaps', KEY);
    return { data, labels: metadata.labels, annotations: metadata.annotations };
  };
  const data = { 'ca.crt': CERTIFICATE };
  const annotations = { 'kubernetes.io/description': DESCRIPTION };
  await client.patch('v1/configmaps', KEY, 'merge', {
    data: { 'ca.crt': 'x', other: 'y' },
    metadata: { labels: { mine: 'kept' } },
  });
  expect(await read()).toEqual({ data, annotations, labels: { mine: 'kept' } });
  await client.patch('v1/configmaps', KEY, 'merge', { metadata: { annotations: null } });
  expect(await read()).toEqual({ data, annotations, labels: { mine: 'kept' } });
  await client.delete('v1/configmaps', KEY);
  expect(await read()).toEqual({ data, annotations, labels: undefined });
  await stop();
});
