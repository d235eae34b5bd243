import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../../controllers/lib/client.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import type { ConfigMap, Pod } from '../../server/kube/types.gen.ts';

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`;
const key = (name: string) => ({ namespace: 'default', name });

describe('a savepoint that is brought back', () => {
  let cluster: RunningCluster;
  let client: Client;
  let pods: readonly Frozen<Pod>[];
  const listed = async () => client.list<Pod>('v1/pods', 'default');

  beforeAll(async () => {
    cluster = await startCluster();
    client = new Client(cluster.transport());
    await cluster.apply(WEB, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kept' }, data: { a: '1' } });
    await cluster.savepoints.save({ name: 'installed' });
    pods = await listed();
    await client.delete('apps/v1/deployments', key('web'));
    await client.patch('v1/configmaps', key('kept'), 'merge', { data: { a: '2' } });
    await client.create('v1/configmaps', { metadata: key('new') });
    await cluster.settle();
    expect(await listed()).toEqual([]);
    await cluster.savepoints.restore('installed');
  });
  afterAll(() => cluster.stop());

  it('has the objects of then, with their uids and resourceVersions', async () => {
    expect(pods).toHaveLength(2);
    expect(await listed()).toEqual(pods);
    expect((await client.get<ConfigMap>('v1/configmaps', key('kept'))).data).toEqual({ a: '1' });
    await expect(client.get('v1/configmaps', key('new'))).rejects.toThrow('not found');
  });

  it('goes on with the revision', async () => {
    const old = Number(cluster.savepoints.list()[0]?.revision);
    const made = await client.create('v1/configmaps', { metadata: key('later') });
    expect(Number(made.metadata.resourceVersion)).toBeGreaterThan(old + 10);
  });

  it('refuses what was read after the savepoint', async () => {
    const current = await client.get<ConfigMap>('v1/configmaps', key('kept'));
    const later = String(Number(current.metadata.resourceVersion) + 1);
    const stale = { ...current, metadata: { ...current.metadata, resourceVersion: later } };
    await expect(client.update('v1/configmaps', stale)).rejects.toThrow('the object has been modified');
    await client.update('v1/configmaps', { ...current, data: { a: '3' } });
  });

  it('has controllers that go on', async () => {
    await client.patch('apps/v1/deployments', key('web'), 'merge', { spec: { replicas: 3 } });
    await client.delete('v1/pods', key(pods[0]?.metadata.name ?? ''));
    await cluster.settle();
    const now = await listed();
    expect(now.map(({ status }) => status.phase)).toEqual(['Running', 'Running', 'Running']);
    expect(now.flatMap(({ status }) => (status.containerStatuses ?? []).map((each) => each.restartCount))).toEqual([
      0, 0, 0,
    ]);
  });

  it('can be brought back again', async () => {
    await cluster.savepoints.restore('installed');
    expect(await listed()).toEqual(pods);
  });
});
