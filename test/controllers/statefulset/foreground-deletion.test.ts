import { expect, it } from 'vitest';
import { startCluster } from '../../../server/index.ts';

it('a stateful set that is deleted in the foreground goes with its pods and revisions', async () => {
  await using cluster = await startCluster({ logLevel: 'error', nodes: 1 });
  const labels = { app: 'db' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const metadata = { name: 'db', namespace: 'default' };
  await cluster.apply({
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      replicas: 2,
      serviceName: 'db',
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template,
    },
  });
  await cluster.settle();
  const transport = cluster.transport();
  const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Foreground' };
  await transport.send({ verb: 'delete', resource: 'apps/v1/statefulsets', key: metadata, body });
  await cluster.settle();
  for (const resource of ['apps/v1/statefulsets', 'apps/v1/controllerrevisions', 'v1/pods'])
    expect((await transport.list({ resource, namespace: 'default' })).items, resource).toEqual([]);
});
