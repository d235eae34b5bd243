/** Two storages on the same keys: what one writes, the other one reads, with the same revisions. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EtcdStorage } from '../../server/storage/etcd/etcd-storage.ts';
import { Recorder } from '../contract/storage/subject.ts';
import { setting } from '../contract/storage/updates.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { openEtcdStorage } from '../support/etcd-storage.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

describe.skipIf(!hasEtcd)('two storages on the same etcd', () => {
  let etcd: EtcdServer;
  let storages: [EtcdStorage, EtcdStorage];
  beforeAll(async () => {
    etcd = await startEtcd();
    storages = [await openEtcdStorage(etcd.url), await openEtcdStorage(etcd.url)];
  });
  afterAll(async () => {
    for (const storage of storages) await storage.close();
    await etcd.close();
  });

  it('reads what the other one has written, once it asks', async () => {
    const [one, other] = storages;
    for (let i = 0; i < 20; i++) {
      const written = await one.create(keyOfMap(`read-${i}`), configMap(`read-${i}`));
      await other.fresh();
      expect(other.get(keyOfMap(`read-${i}`))?.revision).toBe(written.revision);
    }
  });

  it('waits for a revision that somebody has seen elsewhere', async () => {
    const [one, other] = storages;
    const { revision } = await one.create(keyOfMap('seen'), configMap('seen'));
    await other.fresh(revision);
    expect(other.revision()).toBeGreaterThanOrEqual(revision);
    expect(other.get(keyOfMap('seen'))?.revision).toBe(revision);
  });

  it('lets exactly one create an object', async () => {
    for (let i = 0; i < 20; i++) {
      const key = keyOfMap(`won-${i}`);
      const created = storages.map((storage, x) => storage.create(key, configMap(`won-${i}`, { x: String(x) })));
      const results = await Promise.allSettled(created);
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const reason = results.find((result) => result.status === 'rejected')?.reason;
      expect(reason).toMatchObject({ code: 'exists' });
    }
  });

  it('loses no change that both make at once', async () => {
    const key = keyOfMap('count');
    await storages[0].create(key, configMap('count', { count: '0' }));
    const increments = Array.from({ length: 40 }, (_, i) =>
      (storages[i % 2] as EtcdStorage).guaranteedUpdate(key, {}, (current) => {
        const { count } = current.value.data as { count: string };
        return setting('count', String(Number(count) + 1))(current);
      }),
    );
    await Promise.all(increments);
    await storages[0].fresh();
    expect(storages[0].get(key)?.value.data).toEqual({ count: '40' });
  });

  it('changes what it has not heard of yet', async () => {
    const [one, other] = storages;
    await one.create(keyOfMap('unheard'), configMap('unheard'));
    const changed = await other.guaranteedUpdate(keyOfMap('unheard'), {}, setting('x', '1'));
    expect(changed.value.data).toEqual({ x: '1' });
    await one.guaranteedUpdate(keyOfMap('unheard'), {}, async () => 'delete');
    const gone = other.guaranteedUpdate(keyOfMap('unheard'), {}, setting('x', '2'));
    await expect(gone).rejects.toMatchObject({ code: 'not-found' });
  });

  it('tells watchers of both the same, in the same order', async () => {
    const recorders = storages.map((storage) => {
      const recorder = new Recorder();
      storage.watch('configmaps/', { after: storages[0].revision() }, recorder);
      return recorder;
    });
    const writes = Array.from({ length: 50 }, (_, i) =>
      (storages[i % 2] as EtcdStorage).create(keyOfMap(`told-${i}`), configMap(`told-${i}`)),
    );
    await Promise.all(writes);
    await vi.waitUntil(() => recorders.every(({ lines }) => lines.length === 50));
    expect(recorders[0]?.lines).toEqual(recorders[1]?.lines);
  });
});
