/** Objects that live for a time have leases: they go also when no server runs. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../server/base/clock.ts';
import { Recorder } from '../contract/storage/subject.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { callEtcd, openEtcdStorage } from '../support/etcd-storage.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

const HOUR_MS = 3_600_000;

describe.skipIf(!hasEtcd)('leases', () => {
  let etcd: EtcdServer;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.close());

  const leases = async (): Promise<string[]> => {
    const { leases: found = [] } = (await callEtcd(etcd.url, '/v3/lease/leases')) as { leases?: { ID: string }[] };
    return found.map(({ ID }) => ID);
  };

  it('are shared, and take all their objects away in one step, of which watchers see every one', async () => {
    const storage = await openEtcdStorage(etcd.url, { root: '/shared/' });
    const names = ['a', 'b', 'c'];
    for (const name of names) await storage.create(keyOfMap(name), configMap(name), { ttlMs: HOUR_MS });
    const [lease, ...others] = await leases();
    expect(others).toEqual([]);
    const recorder = new Recorder();
    const after = storage.revision();
    storage.watch('configmaps/', { after }, recorder);
    await callEtcd(etcd.url, '/v3/lease/revoke', { ID: lease });
    await vi.waitUntil(() => recorder.lines.length === 3, { timeout: 10_000 });
    expect(recorder.lines.sort()).toEqual(names.map((name) => `deleted ${name}@${after + 1}`));
    // Who comes later is told the same.
    const late = new Recorder();
    storage.watch('configmaps/', { after }, late);
    await vi.waitUntil(() => late.lines.length > 0);
    expect(late.lines.sort()).toEqual(recorder.lines);
    // etcd does not know the lease any more, which would have been used again.
    await storage.create(keyOfMap('d'), configMap('d'), { ttlMs: HOUR_MS });
    expect(await leases()).not.toContain(lease);
    await storage.close();
  });

  it('tell a server that starts, and one that follows, how long objects live', async () => {
    const [first, follower] = [
      await openEtcdStorage(etcd.url, { root: '/told/' }),
      await openEtcdStorage(etcd.url, { root: '/told/' }),
    ];
    await first.create(keyOfMap('a'), configMap('a'), { ttlMs: HOUR_MS });
    await follower.fresh();
    const later = await openEtcdStorage(etcd.url, { root: '/told/' });
    for (const storage of [follower, later]) {
      const { expiry } = storage.get(keyOfMap('a')) ?? {};
      expect(expiry?.ttlMs).toBe(HOUR_MS);
      expect(Math.abs((expiry?.atMs ?? 0) - systemClock().now() - HOUR_MS)).toBeLessThan(120_000);
    }
    for (const storage of [first, follower, later]) await storage.close();
  });
});
