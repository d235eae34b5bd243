/** Servers on one etcd know each other's users. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { ask, type Credentials, readKubeconfig } from '../support/ask.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { etcdClient } from '../support/etcd-storage.ts';

const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const REVIEW = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };

describe.skipIf(!hasEtcd)('servers on one etcd', () => {
  let etcd: EtcdServer;
  let storage: string;
  let servers: [RunningCluster, RunningCluster];
  beforeAll(async () => {
    etcd = await startEtcd();
    storage = etcd.storage;
    servers = [await startCluster({ storage, nodes: 0 }), await startCluster({ storage, nodes: 0 })];
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await etcd.close();
  });

  /** Whom a server takes somebody for. */
  async function whoAmI(url: string, credentials: Credentials, token?: string): Promise<string> {
    const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
    const asked = { method: 'POST', headers, body: JSON.stringify(REVIEW), credentials };
    const { text } = await ask(`${url}${SELF}`, asked);
    const { status } = JSON.parse(text) as { status: { userInfo?: { username: string } } };
    return status.userInfo?.username ?? text;
  }

  it('accept the kubeconfigs of each other, and show certificates of the same authority', async () => {
    const [one, other] = servers;
    const jane = readKubeconfig(one.kubeconfig({ user: 'jane' }));
    expect(await whoAmI(one.url, jane)).toBe('jane');
    expect(await whoAmI(other.url, jane)).toBe('jane');
    expect(readKubeconfig(other.kubeconfig()).ca).toBe(jane.ca);
  });

  it('accept the tokens of each other, of accounts that were made a moment ago', async () => {
    const [one, other] = servers;
    const { ca } = readKubeconfig(other.kubeconfig());
    for (let i = 0; i < 5; i++) {
      const key = { namespace: 'default', name: `robot-${i}` };
      await one.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: key });
      const made = await one.transport().send({
        verb: 'create',
        resource: 'v1/serviceaccounts',
        key,
        subresource: 'token',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec: {} },
      });
      const { token } = made.status as { token: string };
      expect(await whoAmI(other.url, { ca }, token)).toBe(`system:serviceaccount:default:robot-${i}`);
    }
  });

  it('have the keys where no kube-apiserver looks, and keep them for the next one', async () => {
    const client = etcdClient(etcd.url);
    const { items } = await client.range({ key: '/registry/fauxkube/', end: '/registry/fauxkube0' });
    client.close();
    expect(items.map(({ key }) => key)).toEqual(['/registry/fauxkube/pki']);
    const [one] = servers;
    await using third = await startCluster({ storage, nodes: 0, seed: 3 });
    expect(await whoAmI(third.url, readKubeconfig(one.kubeconfig({ user: 'jane' })))).toBe('jane');
  });

  it('have keys of their own where they have a data directory', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'fauxkube-keys-'));
    {
      await using own = await startCluster({ storage, dataDir, nodes: 0 });
      expect(readKubeconfig(own.kubeconfig()).ca).not.toBe(readKubeconfig(servers[0].kubeconfig()).ca);
    }
    await rm(dataDir, { recursive: true });
  });
});
