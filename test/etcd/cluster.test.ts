/** A whole cluster whose objects are in etcd. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { etcdClient } from '../support/etcd-storage.ts';

const NAMESPACE = { namespace: 'default' };
const DEPLOYMENT = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    },
  },
};

describe.skipIf(!hasEtcd)('a cluster in etcd', () => {
  let etcd: EtcdServer;
  let storage: string;
  beforeAll(async () => {
    etcd = await startEtcd();
    storage = etcd.storage;
  });
  afterAll(() => etcd.close());

  const pods = async (cluster: RunningCluster): Promise<string[]> => {
    const { items } = await cluster.transport().list({ resource: 'v1/pods', ...NAMESPACE });
    return items.map(({ metadata, status }) => `${metadata.name} ${(status as { phase: string }).phase}`);
  };
  const get = (cluster: RunningCluster, path: string): Promise<Response> => fetch(`${cluster.httpUrl}${path}`);

  it('works as any other, and is there again when the server comes back', async () => {
    let before: string[];
    {
      await using cluster = await startCluster({ storage, seed: 1 });
      await cluster.apply(DEPLOYMENT);
      await cluster.settle();
      before = await pods(cluster);
      expect(before).toHaveLength(3);
      expect(before.every((line) => line.endsWith(' Running'))).toBe(true);
    }
    await using again = await startCluster({ storage, seed: 1 });
    expect(await pods(again)).toEqual(before);
    const key = { ...NAMESPACE, name: 'web' };
    await again.transport().send({ verb: 'delete', resource: 'apps/v1/deployments', key });
    await again.settle();
    expect(await pods(again)).toEqual([]);
  });

  it('keeps Events for an hour, by leases', async () => {
    const client = etcdClient(etcd.url);
    const { items } = await client.range({ key: '/registry/events/', end: '/registry/events0' });
    expect(items.length).toBeGreaterThan(0);
    const leases = [...new Set(items.map(({ lease }) => lease))];
    for (const lease of leases) expect((await client.leaseTime(lease)).granted).toBe(3660);
    client.close();
  });

  it('resets to its beginning, and has savepoints, whose revisions are new', async () => {
    await using cluster = await startCluster({ storage, seed: 1 });
    await cluster.savepoints.save({ name: 'before' });
    await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extra' } });
    const find = (name: string) => cluster.get(`configmaps/${name}`, NAMESPACE);
    const made = (await find('extra'))?.metadata.resourceVersion;
    await cluster.savepoints.save({ name: 'after' });
    await cluster.reset();
    expect(await find('extra')).toBeUndefined();
    await cluster.savepoints.restore('after');
    expect(Number((await find('extra'))?.metadata.resourceVersion)).toBeGreaterThan(Number(made));
    await cluster.savepoints.restore('before');
    expect(await find('extra')).toBeUndefined();
  });

  it('can be copied into virtual clusters, which are in memory', async () => {
    await using cluster = await startCluster({ storage, seed: 1 });
    await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' } });
    const find = (of: Pick<RunningCluster, 'get'>, name: string) => of.get(`configmaps/${name}`, NAMESPACE);
    await using copy = await cluster.fork();
    await copy.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'own' } });
    expect(await find(copy, 'shared')).toBeDefined();
    expect(await find(cluster, 'own')).toBeUndefined();
  });

  it('fails its checks while etcd is away, goes on with reads of any time, and recovers', async () => {
    await using cluster = await startCluster({ storage, httpPort: 0, nodes: 0, logLevel: 'error' });
    const failed = async (path: string): Promise<string[]> => {
      const text = await (await get(cluster, `${path}?verbose`)).text();
      return [...text.matchAll(/\[-\](\S+) failed/g)].map(([, name = '']) => name);
    };
    expect(await failed('/readyz')).toEqual([]);
    await etcd.kill();
    expect(await failed('/readyz')).toEqual(['etcd', 'etcd-readiness']);
    expect(await failed('/livez')).toEqual(['etcd']);
    expect((await get(cluster, '/livez?exclude=etcd')).status).toBe(200);
    await etcd.restart();
    await vi.waitUntil(async () => (await failed('/readyz')).length === 0, { timeout: 10_000 });
    await cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'later' } });
  });
});
