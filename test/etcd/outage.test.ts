/** etcd is away for a while. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EtcdStorage } from '../../server/storage/etcd/etcd-storage.ts';
import { Recorder } from '../contract/storage/subject.ts';
import { setting } from '../contract/storage/updates.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { openEtcdStorage } from '../support/etcd-storage.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

describe.skipIf(!hasEtcd)('while etcd is away', () => {
  let etcd: EtcdServer;
  let storage: EtcdStorage;
  beforeEach(async () => {
    etcd = await startEtcd();
    storage = await openEtcdStorage(etcd.url, { timeoutMs: 300 });
    await storage.create(keyOfMap('a'), configMap('a', { x: '1' }));
  });
  afterEach(async () => {
    await storage.close();
    await etcd.close();
  });

  /** Kills it, and waits until the storage has noticed. */
  async function away(noticing = storage): Promise<void> {
    await etcd.kill();
    await vi.waitUntil(async () => !(await noticing.isHealthy(100)));
  }

  it('answers reads that need not be of now, and no others', async () => {
    await away();
    expect(storage.get(keyOfMap('a'))?.value.data).toEqual({ x: '1' });
    expect(storage.list('configmaps/').items).toHaveLength(1);
    await expect(storage.fresh()).rejects.toMatchObject({ code: 504, reason: 'Timeout' });
    expect(await storage.isHealthy(100)).toBe(false);
  });

  it('refuses writes as a kube-apiserver does, and changes nothing', async () => {
    await away();
    const message = 'Timeout: request did not complete within requested timeout - context deadline exceeded';
    const created = storage.create(keyOfMap('b'), configMap('b'));
    await expect(created).rejects.toMatchObject({ code: 504, reason: 'Timeout', message });
    const changed = storage.guaranteedUpdate(keyOfMap('a'), {}, setting('x', '2'));
    await expect(changed).rejects.toMatchObject({ code: 504 });
    expect(storage.list('configmaps/').items.map(({ value }) => value.data)).toEqual([{ x: '1' }]);
  });

  it('does not answer for a write whose outcome nobody knows', async () => {
    const pending = storage.create(keyOfMap('b'), configMap('b'));
    pending.catch(() => undefined);
    await etcd.kill();
    const outcome = await pending.then(
      () => 'written',
      ({ code }: { code: number }) => code,
    );
    expect(['written', 500, 504]).toContain(outcome);
  });

  it('goes on when it comes back: watches see everything, without a gap', async () => {
    const recorder = new Recorder();
    storage.watch('configmaps/', { after: storage.revision() }, recorder);
    await storage.create(keyOfMap('before'), configMap('before'));
    await etcd.restart();
    const other = await openEtcdStorage(etcd.url);
    await other.create(keyOfMap('elsewhere'), configMap('elsewhere'));
    await vi.waitUntil(() => recorder.lines.length === 2, { timeout: 10_000 });
    await storage.create(keyOfMap('after'), configMap('after'));
    await storage.fresh();
    expect(recorder.steps).toEqual(['created before', 'created elsewhere', 'created after']);
    expect(recorder.ends).toEqual([]);
    expect(await storage.isHealthy(1000)).toBe(true);
    await other.close();
  });

  it('does a write that waited for it', async () => {
    const patient = await openEtcdStorage(etcd.url, { timeoutMs: 10_000 });
    await away(patient);
    const waiting = patient.create(keyOfMap('waited'), configMap('waited'));
    await etcd.restart();
    expect((await waiting).key).toBe(keyOfMap('waited'));
    await patient.close();
  });
});
