import { expect, onTestFinished, test } from 'vitest';
import { createPki, type Pki } from '../../server/auth/certificates.ts';
import { FrontProxy, type FrontProxyOptions } from '../../server/auth/front-proxy.ts';
import { newKeyPair } from '../../server/auth/keys.ts';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { ask, readKubeconfig } from '../support/ask.ts';
import { namedCertificate } from '../support/named-certificate.ts';

const pki = (): Pki => createPki({ clock: systemClock(), random: systemRandom() });
const REVIEWS = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

interface Setting {
  readonly cluster: RunningCluster;
  /** Whom the server takes a client for that shows this certificate and sends these headers. */
  readonly whoIs: (
    certificate: { readonly key: string; readonly cert: string },
    headers: Record<string, string>,
  ) => Promise<unknown>;
}

async function start(clientCa: string, options: Partial<FrontProxyOptions> = {}): Promise<Setting> {
  const frontProxy = { clientCa, ...options };
  const cluster = await startCluster({ nodes: 0, authentication: { frontProxy } });
  onTestFinished(() => cluster.stop());
  const { ca } = readKubeconfig(cluster.kubeconfig());
  return {
    cluster,
    whoIs: async (certificate, more) => {
      const headers = { ...more, 'content-type': 'application/json' };
      const credentials = { ca, ...certificate };
      const { status, text } = await ask(cluster.url + REVIEWS, { method: 'POST', body: '{}', headers, credentials });
      return status === 201 ? (JSON.parse(text) as { status: { userInfo: unknown } }).status.userInfo : status;
    },
  };
}

test('a proxy says in headers who asks: name, uid, groups and extra fields', async () => {
  const proxies = pki();
  const { whoIs } = await start(proxies.ca.cert, { groupHeaders: ['X-Remote-Group', 'X-Team'] });
  const headers = {
    'X-Remote-User': 'jane',
    'X-Remote-Uid': '1001',
    'X-Remote-Group': 'dev',
    'X-Team': 'ops',
    'X-Remote-Extra-Example.com%2fScope': 'read',
  };
  expect(await whoIs(proxies.clientCertificate({ commonName: 'front' }), headers)).toEqual({
    username: 'jane',
    uid: '1001',
    groups: ['dev', 'ops', 'system:authenticated'],
    extra: { 'example.com/scope': ['read'] },
  });
});

test('headers are known in any case, and by their whole name', async () => {
  const proxies = pki();
  const { whoIs } = await start(proxies.ca.cert);
  const proxy = proxies.clientCertificate({ commonName: 'front' });
  const more = { 'x-ReMoTe-uSeR': 'jane', 'X-Remote-Users': 'root', 'X-Remote-Extra-Id-': 'a' };
  expect(await whoIs(proxy, more)).toEqual({
    username: 'jane',
    groups: ['system:authenticated'],
    extra: { 'id-': ['a'] },
  });
  // An empty name is no user, whatever the groups say.
  expect(await whoIs(proxy, { 'X-Remote-User': '', 'X-Remote-Group': 'system:masters' })).toBe(401);
});

test('nobody else is believed: neither other clients nor proxies of another name', async () => {
  const proxies = pki();
  const { cluster, whoIs } = await start(proxies.ca.cert, { allowedNames: ['front'] });
  const admin = { 'X-Remote-User': 'root', 'X-Remote-Group': 'system:masters' };
  const { key, cert } = readKubeconfig(cluster.kubeconfig({ user: 'jane' }));
  expect(await whoIs({ key, cert }, admin)).toMatchObject({ username: 'jane', groups: ['system:authenticated'] });
  expect(await whoIs(proxies.clientCertificate({ commonName: 'other' }), admin)).toBe(401);
  expect(await whoIs(pki().clientCertificate({ commonName: 'front' }), admin)).toBe(401);
});

test('a client cannot reach the authority of proxies over a certificate of its own making', async () => {
  const [front, own] = [newKeyPair(), newKeyPair()];
  const name = 'front-authority';
  const clientCa = namedCertificate({ subject: name, issuer: name, signedBy: front.privateKey, ...front });
  const { cluster, whoIs } = await start(clientCa);
  const { key, cert } = readKubeconfig(cluster.kubeconfig({ user: 'jane' }));
  const headers = { 'X-Remote-User': 'root', 'X-Remote-Group': 'system:masters' };
  // By its names it stands between the certificate of jane and the authority of proxies, which has not signed it.
  const forged = namedCertificate({ subject: 'kubernetes', issuer: name, signedBy: own.privateKey, ...own });
  expect(await whoIs({ key, cert: cert + forged + clientCa }, headers)).toBe(401);
  expect(await whoIs({ key, cert }, headers)).toMatchObject({ username: 'jane' });
});

test('the certificate of a proxy makes nobody a user by itself', async () => {
  const proxies = pki();
  const { whoIs } = await start(proxies.ca.cert);
  const masters = proxies.clientCertificate({ commonName: 'front', organizations: ['system:masters'] });
  expect(await whoIs(masters, {})).toBe(401);
});

test('proxies with the authority of all clients need names', () => {
  const { ca } = pki();
  expect(() => new FrontProxy({ clientCa: ca.cert }, ca.cert)).toThrow(
    '--requestheader-allowed-names must be specified to ensure regular client certificates cannot set',
  );
  expect(() => new FrontProxy({ clientCa: 'nothing' }, ca.cert)).toThrow('it has no certificates');
});
