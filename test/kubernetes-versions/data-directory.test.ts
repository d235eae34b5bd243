import { expect, test } from 'vitest';
import { startCluster } from '../../server/index.ts';
import { temporaryDirectory } from '../support/data-directory.ts';

const KEPT = '{apiVersion: v1, kind: ConfigMap, metadata: {name: kept, namespace: default}}';

test('an upgrade finds what an older version kept, and there is no way back', async () => {
  const dataDir = await temporaryDirectory();
  const options = { dataDir, nodes: 0, logLevel: 'silent' } as const;
  const old = await startCluster({ ...options, kubernetesVersion: '1.31' });
  await old.apply(KEPT);
  await old.stop();
  await (await startCluster({ ...options, kubernetesVersion: '1.31.2' })).stop();
  const newer = await startCluster({ ...options, kubernetesVersion: '1.34' });
  const key = { namespace: 'default', name: 'kept' };
  expect(await newer.transport().send({ verb: 'get', resource: 'v1/configmaps', key })).toMatchObject({
    metadata: { name: 'kept' },
  });
  const { items } = await newer.transport().list({ resource: 'networking.k8s.io/v1/servicecidrs', namespace: '' });
  expect(items.map(({ metadata }) => metadata.name)).toEqual(['kubernetes']);
  await newer.stop();
  await expect(startCluster({ ...options, kubernetesVersion: '1.33' })).rejects.toThrow(
    `${dataDir} holds the objects of a Kubernetes 1.34, which 1.33 cannot read: ` +
      'start with --kubernetes-version 1.34, or with another --data-dir',
  );
  await (await startCluster(options)).stop();
  await expect(startCluster({ ...options, kubernetesVersion: '1.36' })).rejects.toThrow(
    'holds the objects of a Kubernetes 1.37, which 1.36 cannot read',
  );
});

const WEB = `{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: default}, spec: {
  selector: {matchLabels: {app: web}},
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}}}`;

test('pods stay over an upgrade, although their template would have another hash now', async () => {
  const dataDir = await temporaryDirectory();
  const options = { dataDir, nodes: 1, logLevel: 'silent' } as const;
  const old = await startCluster({ ...options, kubernetesVersion: '1.30' });
  await old.apply(WEB);
  await old.settle();
  await old.stop();
  await using newer = await startCluster({ ...options, kubernetesVersion: '1.36' });
  const transport = newer.transport();
  const sets = async (): Promise<unknown[]> => {
    const { items } = await transport.list({ resource: 'apps/v1/replicasets', namespace: 'default' });
    return items.map(({ metadata }) => metadata.name);
  };
  const before = await sets();
  const key = { namespace: 'default', name: 'web' };
  await newer.apply(WEB.replace('name: web,', 'name: web, annotations: {seen: again},'));
  await newer.settle();
  expect(before).toHaveLength(1);
  expect(await sets()).toEqual(before);
  expect(await transport.send({ verb: 'get', resource: 'apps/v1/deployments', key })).not.toHaveProperty(
    'spec.template.metadata.creationTimestamp',
  );
});
