/** How etcd is named. */
import { describe, expect, it } from 'vitest';
import { etcdOf } from '../../server/cluster/etcd/etcd-options.ts';
import { startCluster } from '../../server/index.ts';

describe('--storage', () => {
  it.each([
    ['etcd://127.0.0.1:2379', { endpoints: ['http://127.0.0.1:2379'] }],
    ['etcd://a,b:4001', { endpoints: ['http://a:2379', 'http://b:4001'] }],
    ['etcds://etcd.example.com/', { endpoints: ['https://etcd.example.com:2379'], tls: {} }],
    ['etcd://me:a%40b:c@[::1]:2379', { endpoints: ['http://[::1]:2379'], user: { name: 'me', password: 'a@b:c' } }],
  ])('reads %s', (text, expected) => {
    expect(etcdOf(text)).toEqual(expected);
  });

  it.each([
    ['redis://a', 'storage has to be servers of etcd such as etcd://127.0.0.1:2379, and is "redis://a"'],
    ['etcd://u:secret@a/b', 'storage has to be servers of etcd such as etcd://127.0.0.1:2379, and is "etcd://…@a/b"'],
    ['etcd://a:b:c', 'storage: "a:b:c" is no server such as host:2379'],
  ])('refuses %s', async (storage, message) => {
    await expect(startCluster({ storage })).rejects.toThrow(message);
  });

  it('refuses what does not go together', async () => {
    const storage = 'etcd://127.0.0.1:1';
    await expect(startCluster({ etcd: { prefix: '/x' } })).rejects.toThrow('etcd needs storage: which etcd it is');
    await expect(startCluster({ storage, etcd: { certFile: 'a' } })).rejects.toThrow(
      'etcd needs a certificate and its key, or neither',
    );
    await expect(startCluster({ storage, etcd: { caFile: 'not-there.crt' } })).rejects.toThrow(/etcd: ENOENT/);
  });
});
