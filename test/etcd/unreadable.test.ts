/** etcd holds what is no object. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../server/base/clock.ts';
import { ObjectFormat } from '../../server/cluster/etcd/object-format.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';
import type { EtcdStorage } from '../../server/storage/etcd/etcd-storage.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { base64, callEtcd, openEtcdStorage } from '../support/etcd-storage.ts';
import { configMap, LogCollector } from '../support/stored.ts';

const BAD = 'configmaps/default/bad';

describe.skipIf(!hasEtcd)('what cannot be read', () => {
  let etcd: EtcdServer;
  let storage: EtcdStorage;
  const log = new LogCollector();
  const put = (path: string, value: string): Promise<unknown> =>
    callEtcd(etcd.url, '/v3/kv/put', { key: base64(path), value: base64(value) });
  beforeAll(async () => {
    etcd = await startEtcd();
    await put('/registry/configmaps/default/bad', '{"kind":"ConfigMap","apiVersion":"v1","metadata":{},"data":[1]}');
    await put('/registry/masterleases/10.0.0.1', 'of a kube-apiserver');
    await put('/registry/ranges/serviceips', 'of a kube-apiserver');
    storage = await openEtcdStorage(etcd.url, { format: new ObjectFormat(builtInTypes()), clock: systemClock(), log });
  });
  afterAll(async () => {
    await storage.close();
    await etcd.close();
  });

  it('is named in the log, once, and nothing else is', () => {
    expect(log.entries.map(({ level, fields }) => [level, (fields as { key: string }).key])).toEqual([
      ['error', '/registry/configmaps/default/bad'],
    ]);
  });

  it('is answered as upstream does', () => {
    const why = 'object not decodable revision=2: json: cannot unmarshal array into Go struct field ConfigMap.data of';
    expect(() => storage.get(BAD)).toThrow(
      expect.objectContaining({
        code: 500,
        reason: 'InternalError',
        message: expect.stringContaining(
          'Internal error occurred: StorageError: corrupt object, Code: 7, Key: /configmaps/default/bad, ' +
            `ResourceVersion: 0, AdditionalErrorMsg: ${why}`,
        ),
      }),
    );
    expect(() => storage.list('configmaps/')).toThrow(
      expect.objectContaining({ code: 500, reason: 'StorageReadError' }),
    );
    expect(storage.list('configmaps/other/').items).toEqual([]);
    expect(storage.list('secrets/').items).toEqual([]);
  });

  it('keeps its name from others', async () => {
    await expect(storage.create(BAD, configMap('bad'))).rejects.toMatchObject({ code: 'exists' });
  });

  it('is an object again when somebody writes one', async () => {
    await put('/registry/configmaps/default/bad', '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"bad"}}');
    await storage.fresh();
    expect(storage.get(BAD)?.value.metadata.name).toBe('bad');
    await put('/registry/configmaps/default/bad', 'nonsense');
    await storage.fresh();
    expect(() => storage.get(BAD)).toThrow(expect.objectContaining({ code: 500 }));
    await callEtcd(etcd.url, '/v3/kv/deleterange', { key: base64('/registry/configmaps/default/bad') });
    await storage.fresh();
    expect(storage.list('configmaps/').items).toEqual([]);
  });
});
