/** How etcd is named. */
import { createServer as createHttp2Server } from 'node:http2';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../server/base/clock.ts';
import { etcdOf } from '../../server/cluster/etcd/etcd-options.ts';
import { startCluster } from '../../server/index.ts';
import { EtcdClient } from '../../server/storage/etcd/etcd-client.ts';
import { listenOnLoopback } from '../support/loopback-server.ts';

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

  it('names what cannot be reached, and why', async () => {
    const { port, close } = await listenOnLoopback(createServer());
    await close();
    const options = { endpoints: [`http://127.0.0.1:${port}`], clock: systemClock(), timeoutMs: 100 };
    const client = new EtcdClient(options);
    await expect(client.status()).rejects.toThrow(
      `context deadline exceeded: connection error: http://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
    );
    client.close();
  });

  it('goes to the next server when one does not answer', async () => {
    const { port, close } = await listenOnLoopback(createServer());
    await close();
    const answering = createHttp2Server();
    answering.on('stream', (stream) => {
      stream.respond({ ':status': 200, 'grpc-status': 12, 'grpc-message': 'not%20here' }, { endStream: true });
    });
    const other = await listenOnLoopback(answering);
    const endpoints = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${other.port}`];
    const client = new EtcdClient({ endpoints, clock: systemClock(), timeoutMs: 5000 });
    await expect(client.status()).rejects.toMatchObject({ code: 12, message: 'not here' });
    client.close();
    await other.close();
  });
});
