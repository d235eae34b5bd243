/** An etcd that wants to know who asks: by certificate, or by name and password. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { openEtcd } from '../../server/cluster/etcd/open-etcd.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { callEtcd } from '../support/etcd-storage.ts';
import { configMap, LogCollector } from '../support/stored.ts';

const open = (storage: string, options: Parameters<typeof openEtcd>[0]['options'] = {}) =>
  openEtcd({ storage, options, table: builtInTypes(), clock: systemClock(), log: new LogCollector() });

describe.skipIf(!hasEtcd)('an etcd behind TLS', () => {
  let etcd: EtcdServer;
  let directory: string;
  const file = (name: string): string => join(directory, name);
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fauxkube-etcd-tls-'));
    const pki = createPki({ clock: systemClock(), random: systemRandom() });
    const [serving, client] = [
      pki.servingCertificate(['127.0.0.1']),
      pki.clientCertificate({ commonName: 'fauxkube' }),
    ];
    const contents = {
      'ca.crt': pki.ca.cert,
      'server.crt': serving.cert,
      'server.key': serving.key,
      'client.crt': client.cert,
      'client.key': client.key,
    };
    for (const [name, text] of Object.entries(contents)) await writeFile(file(name), text);
    const server = ['--cert-file', file('server.crt'), '--key-file', file('server.key')];
    etcd = await startEtcd([...server, '--client-cert-auth', '--trusted-ca-file', file('ca.crt')], { scheme: 'https' });
  });
  afterAll(async () => {
    await etcd.close();
    await rm(directory, { recursive: true });
  });

  it('is reached with the certificate that it asks for', async () => {
    const { host } = new URL(etcd.url);
    const [caFile, certFile, keyFile] = ['ca.crt', 'client.crt', 'client.key'].map(file) as [string, string, string];
    const storage = await open(`etcd://${host}`, { caFile, certFile, keyFile });
    await storage.create('configmaps/default/a', configMap('a'));
    expect(storage.list('configmaps/').items).toHaveLength(1);
    await storage.close();
  });
});

describe.skipIf(!hasEtcd)('an etcd with users', () => {
  let etcd: EtcdServer;
  beforeAll(async () => {
    etcd = await startEtcd(['--auth-token-ttl', '1']);
    await callEtcd(etcd.url, '/v3/auth/user/add', { name: 'root', password: 'p@ss:word' });
    await callEtcd(etcd.url, '/v3/auth/user/grant', { user: 'root', role: 'root' });
    await callEtcd(etcd.url, '/v3/auth/enable');
  });
  afterAll(() => etcd.close());

  it('is reached by name and password, and again when the token is forgotten', async () => {
    const { host } = new URL(etcd.url);
    const storage = await open(`etcd://root:${encodeURIComponent('p@ss:word')}@${host}`);
    await storage.create('configmaps/default/a', configMap('a'));
    // It keeps tokens in memory only.
    await etcd.restart();
    // Nobody asks for anything: the watch comes back by itself.
    const other = await open(`etcd://root:${encodeURIComponent('p@ss:word')}@${host}`);
    await other.create('configmaps/default/other', configMap('other'));
    await vi.waitUntil(() => storage.list('configmaps/').items.length === 2, { timeout: 10_000 });
    await other.close();
    await storage.create('configmaps/default/b', configMap('b'));
    expect(storage.list('configmaps/').items).toHaveLength(3);
    await storage.close();
  });

  it('refuses others, who are told so', async () => {
    const { host } = new URL(etcd.url);
    await expect(open(`etcd://root:wrong@${host}`)).rejects.toThrow(
      `etcd at ${etcd.url} cannot be used: etcdserver: authentication failed, invalid user ID or password`,
    );
    await expect(open(`etcd://${host}`)).rejects.toThrow(/cannot be used: etcdserver: user name is empty/);
  });
});
