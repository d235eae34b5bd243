import { expect, test } from 'vitest';
import { Client } from '../../controllers/lib/client.ts';
import { startCluster } from '../../server/index.ts';
import type { PersistentVolumeClaim, Pod, PodDisruptionBudget, StorageClass } from '../../server/kube/types.gen.ts';
import { CLAIMS, CLASSES, podWithClaims, VOLUMES } from '../support/storage.ts';
import { key, PODS } from '../support/workloads.ts';

const CLAIM = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };

test('claims without a class get a volume of the default one, and their pods run', async () => {
  await using cluster = await startCluster({ storageClass: 'standard', controllers: [] });
  const client = new Client(cluster.transport());
  const [standard] = await client.list<StorageClass>(CLASSES);
  expect(standard?.metadata).toMatchObject({
    name: 'standard',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  });
  await client.create(PODS, podWithClaims('p', ['c']));
  await client.create(CLAIMS, { metadata: key('c'), spec: CLAIM });
  await cluster.settle();
  const claim = await client.get<PersistentVolumeClaim>(CLAIMS, key('c'));
  expect(claim.spec.storageClassName).toBe('standard');
  expect(claim.status.phase).toBe('Bound');
  expect((await client.get<Pod>(PODS, key('p'))).status.phase).toBe('Running');
  await client.delete(CLAIMS, key('c'));
  await cluster.settle();
  expect(await client.list(VOLUMES)).toHaveLength(1);
  await client.delete(PODS, key('p'));
  await cluster.settle();
  expect(await client.list(VOLUMES)).toEqual([]);
});

test('a bare cluster has no class, and its claims wait', async () => {
  await using cluster = await startCluster();
  const client = new Client(cluster.transport());
  expect(await client.list(CLASSES)).toEqual([]);
  await client.create(CLAIMS, { metadata: key('c'), spec: CLAIM });
  await cluster.settle();
  expect((await client.get<PersistentVolumeClaim>(CLAIMS, key('c'))).status.phase).toBe('Pending');
});

test('a name that no class can have stops the start', async () => {
  await expect(startCluster({ storageClass: 'No Name' })).rejects.toThrow(
    '"No Name" is no name for a storage class: a lowercase RFC 1123 subdomain',
  );
});

test('budgets know the scale of workloads in a cluster that checks permissions', async () => {
  await using cluster = await startCluster();
  const client = new Client(cluster.transport());
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const spec = { replicas: 3, selector: { matchLabels: labels }, template };
  await client.create('apps/v1/deployments', { metadata: key('web'), spec });
  const budget = { selector: { matchLabels: labels }, maxUnavailable: '34%' };
  await client.create('policy/v1/poddisruptionbudgets', { metadata: key('web'), spec: budget });
  await cluster.settle();
  const { status } = await client.get<PodDisruptionBudget>('policy/v1/poddisruptionbudgets', key('web'));
  expect(status).toMatchObject({ expectedPods: 3, currentHealthy: 3, desiredHealthy: 1, disruptionsAllowed: 2 });
});
