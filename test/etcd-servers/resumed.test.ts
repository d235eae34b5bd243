/** A storage that was opened later knows what happened before, as long as etcd does. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EtcdStorage } from '../../server/storage/etcd/etcd-storage.ts';
import { Recorder } from '../contract/storage/subject.ts';
import { setting } from '../contract/storage/updates.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { etcdClient, openEtcdStorage } from '../support/etcd-storage.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

describe.skipIf(!hasEtcd)('a storage that is opened later', () => {
  let etcd: EtcdServer;
  const open: EtcdStorage[] = [];
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(async () => {
    for (const storage of open) await storage.close();
    await etcd.close();
  });

  async function storageIn(root: string): Promise<EtcdStorage> {
    const storage = await openEtcdStorage(etcd.url, { root });
    open.push(storage);
    return storage;
  }

  /** Changes of every kind, and the revision before them. */
  async function history(first: EtcdStorage): Promise<number> {
    for (const name of ['kept', 'changed', 'deleted']) await first.create(keyOfMap(name), configMap(name));
    const before = first.revision();
    await first.guaranteedUpdate(keyOfMap('changed'), {}, setting('x', '1'));
    await first.create(keyOfMap('new'), configMap('new'));
    await first.guaranteedUpdate(keyOfMap('deleted'), {}, async () => 'delete');
    await first.guaranteedUpdate(keyOfMap('changed'), {}, setting('x', '2'));
    return before;
  }

  const recorded = async (storage: EtcdStorage, after: number): Promise<Recorder> => {
    const recorder = new Recorder();
    storage.watch('configmaps/', { after }, recorder);
    await vi.waitUntil(() => recorder.lines.length >= 4);
    return recorder;
  };

  it('shows watches what happened before, and then what happens', async () => {
    const first = await storageIn('/watched/');
    const before = await history(first);
    const later = await storageIn('/watched/');
    await later.recall(before);
    const recorders = [await recorded(first, before), await recorded(later, before)];
    await first.create(keyOfMap('last'), configMap('last'));
    await vi.waitUntil(() => recorders.every(({ lines }) => lines.length === 5));
    expect(recorders[1]?.lines).toEqual(recorders[0]?.lines);
    expect(recorders[1]?.steps).toEqual([
      'updated changed',
      'created new',
      'deleted deleted',
      'updated changed',
      'created last',
    ]);
  });

  it('lists the states of then', async () => {
    const first = await storageIn('/listed/');
    const before = await history(first);
    const later = await storageIn('/listed/');
    await later.recall(before);
    for (let at = before; at <= first.revision(); at++) {
      const [expected, found] = [first, later].map((storage) =>
        storage.list('configmaps/', { at }).items.map(({ key, revision, value }) => [key, revision, value]),
      );
      expect(found).toEqual(expected);
    }
  });

  it('answers several who ask at once, for different revisions', async () => {
    const first = await storageIn('/asked/');
    const before = await history(first);
    const later = await storageIn('/asked/');
    const revisions = [before + 2, before, before + 1, before + 3];
    await Promise.all(revisions.map(async (revision) => later.recall(revision)));
    expect((await recorded(later, before)).lines).toHaveLength(4);
  });

  it('knows nothing that etcd has forgotten, and everything since', async () => {
    const first = await storageIn('/forgotten/');
    const before = await history(first);
    const client = etcdClient(etcd.url);
    await client.compact(before + 1);
    client.close();
    const later = await storageIn('/forgotten/');
    for (const gone of [before, before - 2]) {
      await later.recall(gone);
      const watch = (): unknown => later.watch('configmaps/', { after: gone }, new Recorder());
      expect(watch).toThrow(expect.objectContaining({ code: 'expired' }));
    }
    await later.recall(before + 1);
    const recorder = new Recorder();
    later.watch('configmaps/', { after: before + 1 }, recorder);
    await vi.waitUntil(() => recorder.lines.length === 3);
    expect(recorder.steps).toEqual(['created new', 'deleted deleted', 'updated changed']);
  });

  it('knows nothing of before its content was exchanged', async () => {
    const first = await storageIn('/exchanged/');
    const state = first.capture();
    const before = await history(first);
    await first.replace(state);
    await first.recall(before);
    expect(() => first.watch('configmaps/', { after: before }, new Recorder())).toThrow(
      expect.objectContaining({ code: 'expired' }),
    );
  });
});
