import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createPki } from '../../server/auth/certificates.ts';
import type { FrontProxyOptions } from '../../server/auth/front-proxy.ts';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { at, JANE_TOKEN, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

const PATH = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
const authority = (): string => createPki({ clock: systemClock(), random: systemRandom() }).ca.cert;

const start = (frontProxy?: FrontProxyOptions, dataDir?: string): Promise<SecuredCluster> =>
  securedCluster(undefined, { dataDir, authentication: { ...(frontProxy && { frontProxy }) } });

async function dataOf(cluster: SecuredCluster): Promise<unknown> {
  return at((await cluster.ask('GET', PATH)).body, 'data');
}

/** What holds for the server itself, which speaks for its users too. */
const OWN = {
  'requestheader-allowed-names': '["front-proxy-client"]',
  'requestheader-username-headers': '["X-Remote-User"]',
  'requestheader-uid-headers': '["X-Remote-Uid"]',
  'requestheader-group-headers': '["X-Remote-Group"]',
  'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
};

test('extension servers find whom to believe in kube-system, if they may read it', async () => {
  await using cluster = await start();
  const { ca, frontProxyCa } = cluster.pki;
  expect(await dataOf(cluster)).toEqual({
    ...OWN,
    'client-ca-file': ca.cert,
    'requestheader-client-ca-file': frontProxyCa.cert,
  });
  expect((await cluster.ask('GET', PATH, { token: JANE_TOKEN })).status).toBe(403);
  const { body } = await cluster.ask('GET', PATH);
  expect(at(body, 'metadata.managedFields.0.manager')).toBe('kube-apiserver');
});

test('and whom to believe who asks, when there are front proxies', async () => {
  const clientCa = authority();
  await using cluster = await start({ clientCa, allowedNames: ['front'], groupHeaders: ['X-Remote-Group', 'X-Team'] });
  expect(await dataOf(cluster)).toEqual({
    'client-ca-file': cluster.pki.ca.cert,
    'requestheader-client-ca-file': `${clientCa}${cluster.pki.frontProxyCa.cert}`,
    'requestheader-allowed-names': '["front","front-proxy-client"]',
    'requestheader-username-headers': '["X-Remote-User"]',
    'requestheader-uid-headers': '["X-Remote-Uid"]',
    'requestheader-group-headers': '["X-Remote-Group","X-Team"]',
    'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
  });
});

test('a later start adds its own to what is there', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'fauxkube-published-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const [first, second] = [authority(), authority()];
  {
    await using cluster = await start({ clientCa: first, allowedNames: ['a'] }, dataDir);
    expect(await dataOf(cluster)).toMatchObject({ 'requestheader-allowed-names': '["a","front-proxy-client"]' });
  }
  await using cluster = await start({ clientCa: second, allowedNames: ['b'] }, dataDir);
  const own = cluster.pki.frontProxyCa.cert;
  expect(await dataOf(cluster)).toMatchObject({
    'client-ca-file': cluster.pki.ca.cert,
    'requestheader-client-ca-file': `${first}${own}${second}`,
    'requestheader-allowed-names': '["a","front-proxy-client","b"]',
    'requestheader-username-headers': '["X-Remote-User"]',
  });
});
