import { expect, test } from 'vitest';
import { Client } from '../../../controllers/lib/client.ts';
import { startCluster } from '../../../server/index.ts';

const WORKLOAD = `
apiVersion: apps/v1
kind: Deployment
metadata: {namespace: doomed, name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {namespace: doomed, name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;

test('a namespace goes with a workload whose controllers fight for it', async () => {
  await using cluster = await startCluster({ logLevel: 'silent' });
  const client = new Client(cluster.transport());
  await cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'doomed' } }, WORKLOAD);
  await cluster.settle();
  expect(await client.list('v1/pods', 'doomed')).toHaveLength(3);
  await client.delete('v1/namespaces', { namespace: '', name: 'doomed' });
  await cluster.settle();
  await expect(client.get('v1/namespaces', { namespace: '', name: 'doomed' })).rejects.toMatchObject({ code: 404 });
  for (const resource of [
    'v1/pods',
    'apps/v1/replicasets',
    'v1/endpoints',
    'discovery.k8s.io/v1/endpointslices',
    'v1/events',
  ]) {
    expect(await client.list(resource, 'doomed'), resource).toEqual([]);
  }
});
