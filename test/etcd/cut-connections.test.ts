/** Connections to etcd are cut again and again while many write. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../server/base/random.ts';
import type { EtcdStorage } from '../../server/storage/etcd/etcd-storage.ts';
import { Recorder } from '../contract/storage/subject.ts';
import { type Cuttable, cuttable } from '../support/cuttable.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { openEtcdStorage } from '../support/etcd-storage.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

const WRITERS = 8;
const WRITES = 60;
const CUT_EVERY = 40;

const stateOf = (storage: EtcdStorage): Record<string, [number, string]> =>
  Object.fromEntries(
    storage
      .list('configmaps/')
      .items.map(({ key, revision, value }) => [key, [revision, (value.data as { x: string }).x]]),
  );

describe.skipIf(!hasEtcd)('connections that are cut', () => {
  let etcd: EtcdServer;
  let way: Cuttable;
  let storage: EtcdStorage;
  beforeAll(async () => {
    etcd = await startEtcd();
    way = await cuttable(etcd.url);
    storage = await openEtcdStorage(way.url);
  });
  afterAll(async () => {
    await storage.close();
    await way.close();
    await etcd.close();
  });

  it('lose no write that was acknowledged, and no event', async () => {
    const recorder = new Recorder();
    storage.watch('configmaps/', { after: storage.revision() }, recorder);
    const acknowledged = new Map<string, { revision: number; x: string | undefined }>();
    let [done, refused] = [0, 0];
    const writer = async (number: number): Promise<void> => {
      const random = seededRandom(number);
      for (let i = 0; i < WRITES; i++) {
        // Each writer has names of its own: what it was told last is what has to be there.
        const key = keyOfMap(`w${number}-${Math.floor(random.fraction() * 5)}`);
        const [x, goes] = [String(i), random.fraction() < 0.2];
        try {
          const value = configMap(key.split('/').at(-1) ?? '', { x });
          const { revision } = storage.get(key)
            ? await storage.guaranteedUpdate(key, {}, async () => (goes ? 'delete' : value))
            : await storage.create(key, value);
          acknowledged.set(key, { revision, x: storage.get(key) ? x : undefined });
        } catch {
          refused++;
          // It may have been done: nothing is known of this name any more.
          acknowledged.delete(key);
          await storage.fresh().catch(() => undefined);
        }
        if (++done % CUT_EVERY !== 0) continue;
        way.cut();
        way.mend();
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
    const other = await openEtcdStorage(etcd.url);
    await vi.waitUntil(() => storage.revision() >= other.revision(), { timeout: 10_000 });
    const state = stateOf(storage);
    expect(state).toEqual(stateOf(other));
    for (const [key, { revision, x }] of acknowledged) expect([key, state[key]]).toEqual([key, x && [revision, x]]);
    // Every change since the beginning, once and in order, leads to the same state.
    const told: Record<string, [number, string]> = {};
    let last = 0;
    for (const { type, now } of recorder.events_) {
      expect(now.revision).toBeGreaterThan(last);
      last = now.revision;
      expect(type === 'created').toBe(told[now.key] === undefined);
      if (type === 'deleted') delete told[now.key];
      else told[now.key] = [now.revision, (now.value.data as { x: string }).x];
    }
    expect(told).toEqual(state);
    expect(recorder.ends).toEqual([]);
    expect(acknowledged.size).toBeGreaterThan(0);
    expect(refused).toBeLessThan(done / 2);
    await other.close();
  });
});
