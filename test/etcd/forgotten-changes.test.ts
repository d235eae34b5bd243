/** etcd has forgotten what happened while the connection was lost. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EtcdStorage } from '../../server/storage/etcd/etcd-storage.ts';
import { Recorder } from '../contract/storage/subject.ts';
import { setting } from '../contract/storage/updates.ts';
import { type Cuttable, cuttable } from '../support/cuttable.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { etcdClient, openEtcdStorage } from '../support/etcd-storage.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

describe.skipIf(!hasEtcd)('changes that etcd has forgotten', () => {
  let etcd: EtcdServer;
  let way: Cuttable;
  let storage: EtcdStorage;
  let other: EtcdStorage;
  beforeEach(async () => {
    etcd = await startEtcd();
    way = await cuttable(etcd.url);
    storage = await openEtcdStorage(way.url);
    other = await openEtcdStorage(etcd.url);
    for (const name of ['kept', 'changed', 'deleted']) await storage.create(keyOfMap(name), configMap(name));
  });
  afterEach(async () => {
    for (const each of [storage, other]) await each.close();
    await way.close();
    await etcd.close();
  });

  /** What happens without the storage's hearing of it. */
  async function meanwhile(): Promise<void> {
    way.cut();
    await other.fresh();
    await other.guaranteedUpdate(keyOfMap('changed'), {}, setting('x', '1'));
    await other.guaranteedUpdate(keyOfMap('changed'), {}, setting('x', '2'));
    await other.guaranteedUpdate(keyOfMap('deleted'), {}, async () => 'delete');
    await other.create(keyOfMap('new'), configMap('new'));
    const client = etcdClient(etcd.url);
    await client.compact(other.revision());
    client.close();
    way.mend();
    await vi.waitUntil(() => storage.revision() >= other.revision(), { timeout: 10_000 });
  }

  it('are handed as differences to those that follow for ever', async () => {
    const recorder = new Recorder();
    storage.watch('configmaps/', { after: storage.revision(), lasting: true }, recorder);
    await meanwhile();
    expect(recorder.steps.sort()).toEqual(['created new', 'deleted deleted', 'updated changed']);
    expect(storage.list('configmaps/').items.map(({ key }) => key)).toEqual(
      ['changed', 'kept', 'new'].map((name) => keyOfMap(name)),
    );
    expect(storage.get(keyOfMap('changed'))?.value.data).toEqual({ x: '2' });
  });

  it('end all other watches, which have to read anew', async () => {
    const recorder = new Recorder();
    const after = storage.revision();
    storage.watch('configmaps/', { after }, recorder);
    await meanwhile();
    expect([recorder.lines, recorder.ends]).toEqual([[], ['closed']]);
    const resumed = (): unknown => storage.watch('configmaps/', { after }, new Recorder());
    expect(resumed).toThrow(expect.objectContaining({ code: 'expired' }));
    const again = new Recorder();
    storage.watch('configmaps/', { after: storage.revision() }, again);
    await other.create(keyOfMap('later'), configMap('later'));
    await storage.fresh();
    expect(again.steps).toEqual(['created later']);
  });
});
