import { expect, test } from 'vitest';
import { startCluster, startControllers } from '../../server/index.ts';
import { readKubeconfig } from '../support/ask.ts';

test('controllers of a process of their own find out how old their server is', async () => {
  await using cluster = await startCluster({ kubernetesVersion: '1.30', controllers: ['*', '-deployment'] });
  const { server: url, ca: caCertificate, cert, key } = readKubeconfig(cluster.kubeconfig());
  await using controllers = await startControllers({
    server: { url, caCertificate, clientCertificate: { cert, key } },
    only: ['deployment', 'service-cidr'],
    logLevel: 'silent',
  });
  expect(controllers.names).toEqual(['deployment-controller']);
  await controllers.leading;
  await cluster.apply(`
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx, labels: {app: nginx}}
spec:
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: nginx}]}
`);
  const transport = cluster.transport();
  await expect
    .poll(async () => {
      const { items } = await transport.list({ resource: 'apps/v1/replicasets', namespace: 'default' });
      return items.map(({ metadata }) => metadata.name);
    })
    .toEqual(['nginx-bf5d5cf98']);
});
