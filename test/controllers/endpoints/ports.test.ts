import { expect, test } from 'vitest';
import { controller } from '../../../controllers/endpoints/index.ts';
import type { Endpoints } from '../../../server/kube/types.gen.ts';
import { createPod, createService } from '../../support/service-pods.ts';
import { testCluster } from '../../support/test-cluster.ts';

const container = (ports: object[]): object => ({ containers: [{ name: 'c', image: 'i', ports }] });

test('named target ports are looked up in each pod, and pods with the same ports share a subset', async () => {
  const { client, settle, stop } = await testCluster({ controllers: [controller] });
  await createPod(client, 'old', { ip: '10.0.0.1', spec: container([{ name: 'web', containerPort: 8080 }]) });
  await createPod(client, 'new', { ip: '10.0.0.2', spec: container([{ name: 'web', containerPort: 8081 }]) });
  await createPod(client, 'none', {
    ip: '10.0.0.3',
    spec: container([{ name: 'web', containerPort: 53, protocol: 'UDP' }]),
  });
  const sidecar = {
    name: 's',
    image: 'i',
    restartPolicy: 'Always',
    ports: [{ name: 'web', containerPort: 8080, protocol: 'TCP' }],
  };
  await createPod(client, 'sidecar', { ip: '10.0.0.4', spec: { ...container([]), initContainers: [sidecar] } });
  await createService(client, 'web', {
    ports: [
      { name: 'http', port: 80, protocol: 'TCP', targetPort: 'web' },
      { name: 'admin', port: 90, protocol: 'TCP', targetPort: 9090, appProtocol: 'kubernetes.io/h2c' },
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
    ],
  });
  await settle();
  const { subsets = [] } = await client.get<Endpoints>('v1/endpoints', { namespace: 'default', name: 'web' });
  const shown = subsets.map(({ addresses = [], ports = [] }) => ({
    ips: addresses.map(({ ip }) => ip),
    ports: ports.map(({ name, port }) => `${name} ${port}`),
  }));
  expect(shown).toHaveLength(3);
  expect(shown).toContainEqual({ ips: ['10.0.0.1', '10.0.0.4'], ports: ['http 8080'] });
  expect(shown).toContainEqual({ ips: ['10.0.0.2'], ports: ['http 8081'] });
  // The order of ports is that of their hashes: kube-controller-manager 1.37.2 puts these two this way round.
  expect(shown).toContainEqual({
    ips: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'],
    ports: ['admin 9090', 'dns 53'],
  });
  await stop();
});
