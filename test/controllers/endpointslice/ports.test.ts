import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpointslice/index.ts';
import { createNode, createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';
import { addressesIn, slicesOf } from './support.ts';

const container = (ports: object[]): object => ({ containers: [{ name: 'c', image: 'i', ports }] });

test('each set of ports has slices of its own, its ports in the order of upstream', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createNode(client, 'node01');
  await createPod(client, 'a', { ip: '10.0.0.1', spec: container([{ name: 'web', containerPort: 8080 }]) });
  await createPod(client, 'b', { ip: '10.0.0.2', spec: container([]) });
  await createPod(client, 'c', { ip: '10.0.0.3', spec: container([{ name: 'web', containerPort: 8081 }]) });
  await createService(client, 'web', {
    ports: [
      { name: 'http', port: 80, protocol: 'TCP', targetPort: 'web' },
      { name: 'admin', port: 90, protocol: 'TCP', targetPort: 9090, appProtocol: 'kubernetes.io/h2c' },
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
    ],
  });
  await settle();
  const slices = await slicesOf(client, 'web');
  const shown = slices.map(({ ports }, i) => [
    addressesIn(slices)[i]?.join(),
    ports?.map(({ name, port }) => `${name} ${port}`).join(),
  ]);
  // As kube-controller-manager 1.37.2 orders them: by the hash of each port.
  expect(shown.sort(([a = ''], [b = '']) => (a < b ? -1 : 1))).toEqual([
    ['10.0.0.1', 'http 8080,dns 53,admin 9090'],
    ['10.0.0.2', 'dns 53,admin 9090'],
    ['10.0.0.3', 'http 8081,dns 53,admin 9090'],
  ]);
  await stop();
});
