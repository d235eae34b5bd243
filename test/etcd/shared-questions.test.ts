/** How often etcd is asked for reads of now. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/base/clock.ts';
import { EtcdClient } from '../../server/storage/etcd/etcd-client.ts';
import type { EtcdStorage } from '../../server/storage/etcd/etcd-storage.ts';
import type { RangeReply } from '../../server/storage/etcd/replies.ts';
import type { RangeRequest } from '../../server/storage/etcd/requests.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { base64, callEtcd, openEtcdStorage } from '../support/etcd-storage.ts';

class CountingClient extends EtcdClient {
  questions = 0;

  override range(request: RangeRequest, timeoutMs?: number): Promise<RangeReply> {
    this.questions++;
    return super.range(request, timeoutMs);
  }
}

describe.skipIf(!hasEtcd)('reads of now', () => {
  let etcd: EtcdServer;
  let client: CountingClient;
  let storage: EtcdStorage;
  beforeAll(async () => {
    etcd = await startEtcd();
    client = new CountingClient({ endpoints: [etcd.url], clock: systemClock(), timeoutMs: 10_000 });
    storage = await openEtcdStorage(etcd.url, { client });
  });
  afterAll(async () => {
    await storage.close();
    await etcd.close();
  });

  it('share one question, and the next one if they come while it is under way', async () => {
    client.questions = 0;
    const first = Array.from({ length: 100 }, () => storage.fresh());
    const later = new Promise((resolve) => setImmediate(resolve)).then(() =>
      Promise.all(Array.from({ length: 100 }, () => storage.fresh())),
    );
    await Promise.all([...first, later]);
    expect(client.questions).toBeLessThanOrEqual(3);
    await storage.fresh();
    expect(client.questions).toBeLessThanOrEqual(4);
  });

  it('are not asked for a revision that is known', async () => {
    client.questions = 0;
    await storage.fresh(storage.revision());
    expect(client.questions).toBe(0);
  });

  it('do not wait for others that write keys of their own', async () => {
    for (let i = 0; i < 20; i++) {
      const { header } = await callEtcd(etcd.url, '/v3/kv/put', { key: base64('elsewhere'), value: base64(String(i)) });
      await storage.fresh();
      expect(storage.revision()).toBeGreaterThanOrEqual(Number((header as { revision: string }).revision));
    }
  });
});
