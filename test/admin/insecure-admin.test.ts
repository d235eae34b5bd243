import { connect } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, readKubeconfig } from '../support/ask.ts';
import { throughProxy } from '../support/proxied.ts';
import { type AdminCluster, adminCluster, statusOf } from './support.ts';

let shop: AdminCluster;
beforeAll(async () => {
  shop = await adminCluster({ insecureAdmin: true });
});
afterAll(() => shop[Symbol.asyncDispose]());

const PATH = '/-/kubeconfig';
const status = (headers: Readonly<Record<string, string>>): Promise<number> =>
  statusOf(shop.cluster.httpUrl ?? '', PATH, headers);

/** The status of a request over HTTP/2, whose host is a pseudo header. */
function statusOverHttp2(headers: Readonly<Record<string, string>>): Promise<number> {
  const session = connect(shop.cluster.url, { rejectUnauthorized: false });
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': PATH, ...headers });
    stream.once('response', (answer) => {
      resolve(Number(answer[':status']));
      session.destroy();
    });
    stream.once('error', reject);
  });
}

describe('--insecure-admin opens /-/ to programs on this machine', () => {
  it.each(['localhost', 'LocalHost:6443', '127.0.0.1', '127.0.0.1:6443', '127.9.8.7', '[::1]', '[::1]:6443'])(
    'that ask %s',
    async (host) => {
      expect(await status({ host })).toBe(200);
    },
  );

  it('over TLS and HTTP/2, too', async () => {
    expect((await shop.anyone(PATH)).status).toBe(200);
    expect(await statusOverHttp2({})).toBe(200);
  });
});

describe('--insecure-admin does not open /-/', () => {
  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:6443',
    'evil-localhost',
    '127.0.0.1@evil.example',
    '192.0.2.1',
    '0.0.0.0',
    '[::]',
    '[::ffff:192.0.2.1]',
    '2130706433',
    '127.1',
    'localhost:6443:1',
    'localhost, evil.example',
    '',
  ])('for the Host %j, which a page could have chosen by its DNS', async (host) => {
    expect(await status({ host })).toBe(403);
  });

  it('for a host that HTTP/2 names otherwise', async () => {
    expect(await statusOverHttp2({ ':authority': 'evil.example' })).toBe(403);
    expect(await statusOverHttp2({ ':authority': 'evil.example', host: 'localhost' })).toBe(403);
    expect(await statusOverHttp2({ ':authority': 'localhost', host: 'evil.example' })).toBe(403);
  });

  it.each([
    ['Origin', 'https://evil.example'],
    ['Origin', 'null'],
    ['Origin', 'http://localhost:3000'],
    ['Referer', 'https://evil.example/page'],
    ['Referer', ''],
    ['Forwarded', 'for=192.0.2.1'],
    ['X-Forwarded-For', '192.0.2.1'],
    ['X-Forwarded-Host', 'localhost'],
    ['X-Forwarded-Proto', 'https'],
    ['X-Real-IP', '192.0.2.1'],
    ['Via', '1.1 proxy'],
    ['Sec-Fetch-Site', 'cross-site'],
  ])('for a request with %s: %s, which a browser or a proxy added', async (name, value) => {
    expect(await status({ host: 'localhost', [name]: value })).toBe(403);
  });

  it('for a request that came from elsewhere: its credentials still count', async () => {
    const credentials = readKubeconfig(shop.cluster.kubeconfig());
    const headers = { origin: 'https://dashboard.example' };
    expect((await ask(shop.cluster.url + PATH, { credentials, headers })).status).toBe(200);
  });
});

describe('nothing leads to /-/ but its own ports', () => {
  beforeAll(async () => {
    const { hostname, port } = new URL(shop.cluster.httpUrl ?? '');
    await shop.cluster.apply(`
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: trap}
spec: {ports: [{port: 80, targetPort: ${port}}]}
---
apiVersion: v1
kind: Service
metadata: {name: alias}
spec: {type: ExternalName, externalName: localhost, ports: [{port: ${port}}]}
---
apiVersion: v1
kind: Pod
metadata: {name: on-host}
spec: {hostNetwork: true, containers: [{name: c, image: nginx, ports: [{containerPort: ${port}}]}]}
`);
    // Endpoints may not be loopback addresses; the storage of an old cluster or another client might have some.
    await shop.cluster
      .apply({
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { name: 'trap', labels: { 'kubernetes.io/service-name': 'trap' } },
        addressType: 'IPv4',
        ports: [{ port: Number(port) }],
        endpoints: [{ addresses: [hostname] }],
      })
      .catch(() => undefined);
    await shop.cluster.settle();
  });

  const port = (): string => new URL(shop.cluster.httpUrl ?? '').port;

  it('not the proxy port, for no name', async () => {
    const { proxyUrl } = shop.cluster;
    for (const host of ['localhost', '127.0.0.1', 'kubernetes', 'kubernetes.default.svc', 'trap', 'alias', 'web']) {
      for (const url of [`http://${host}:${port()}${PATH}`, `http://${host}${PATH}`]) {
        const { status: answered, text } = await throughProxy(proxyUrl, url);
        expect([url, [403, 404, 503].includes(answered)]).toEqual([url, true]);
        expect(text).not.toContain('client-key-data');
      }
    }
    const direct = await throughProxy(proxyUrl, PATH);
    expect([direct.status, direct.text]).toEqual([400, expect.stringContaining('this is an HTTP proxy')]);
  });

  it("not the API's proxy to services and pods", async () => {
    for (const target of [
      'services/web/proxy',
      'services/trap/proxy',
      `services/alias:${port()}/proxy`,
      'services/kubernetes:443/proxy',
      'pods/web/proxy',
      `pods/on-host:${port()}/proxy`,
    ]) {
      for (const path of [PATH, '/..%2f..%2f-/kubeconfig', '/../../../../../../../-/kubeconfig']) {
        const { status: answered, text } = await shop.admin('GET', `/api/v1/namespaces/default/${target}${path}`);
        expect([target, path, answered === 200 && text.includes('client-key-data')]).toEqual([target, path, false]);
      }
    }
  });
});
