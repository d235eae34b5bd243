/** Several servers on one etcd: the controllers of one of them work. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import type { Deployment, Lease } from '../../server/kube/types.gen.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';

const LEASE = ['lease/fauxkube-server', { namespace: 'kube-system' }] as const;

const deployment = (name: string) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
});

describe.skipIf(!hasEtcd)('servers on one etcd', () => {
  let etcd: EtcdServer;
  let storage: string;
  beforeAll(async () => {
    etcd = await startEtcd();
    storage = etcd.storage;
  });
  afterAll(() => etcd.close());

  const start = (leaseMs = 15_000): Promise<RunningCluster> =>
    startCluster({
      storage,
      logLevel: 'error',
      etcd: { leaderElection: { leaseMs, renewMs: leaseMs * 0.6, retryMs: leaseMs * 0.2 } },
    });
  const holder = async (cluster: RunningCluster): Promise<string> =>
    (await cluster.get<Lease>(...LEASE))?.spec.holderIdentity ?? '';
  const becomesReady = (cluster: RunningCluster, name: string): Promise<boolean> =>
    vi.waitUntil(
      async () => {
        const found = await cluster.get<{ status?: { readyReplicas?: number } }>(`deployment/${name}`, {
          namespace: 'default',
        });
        return found?.status?.readyReplicas === 2;
      },
      { timeout: 10_000 },
    );

  it('has the first one lead from its start, and another one as soon as that one ends', async () => {
    const one = await start();
    const first = await holder(one);
    expect(first).not.toBe('');
    await one.apply(deployment('first'));
    await one.settle();
    await becomesReady(one, 'first');
    await using other = await start();
    expect(await holder(other)).toBe(first);
    await other.apply(deployment('second'));
    await becomesReady(other, 'second');
    // A switch counts where controllers work.
    await other.setController('deployment', false);
    await other.setController('deployment', true);
    await other.setController('deployment', false);
    await other.apply(deployment('third'));
    await becomesReady(other, 'third');
    await one.stop();
    await vi.waitUntil(async () => ![first, ''].includes(await holder(other)), { timeout: 10_000 });
    await other.apply(deployment('fourth'));
    await other.settle();
    expect((await other.get<Deployment>('deployment/fourth', { namespace: 'default' }))?.status).toEqual({});
    await other.setController('deployment', true);
    await becomesReady(other, 'fourth');
    const lease = await other.get<Lease>(...LEASE);
    expect(lease?.spec.holderIdentity).not.toBe(first);
    expect(lease?.spec.leaseTransitions).toBeGreaterThan(0);
  });
});
