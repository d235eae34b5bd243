import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { seededRandom } from '../../server/base/random.ts';
import { ask, readKubeconfig } from '../support/ask.ts';
import { pod, service } from '../traffic/support.ts';
import { backend, type Edge, echoed, edge, ingress, path, rule } from './support.ts';

const pki = createPki({ clock: systemClock(), random: seededRandom(1) });
const { cert, key } = pki.servingCertificate(['shop.example.com', '*.wild.example.com']);
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function secret(name: string, data: string): string {
  return `{apiVersion: v1, kind: Secret, metadata: {name: ${name}}, type: Opaque, data: {${data}}}`;
}

let front: Edge;
beforeAll(async () => {
  front = await edge(
    [
      pod('app', 'example/app', { http: 8080 }),
      service('app', 'app', 'ports: [{port: 80, targetPort: http}]'),
      secret('shop', `tls.crt: ${base64(cert)}, tls.key: ${base64(key)}`),
      secret('broken', `tls.crt: ${base64('no certificate')}, tls.key: ${base64('no key')}`),
      ingress(
        'shop',
        'tls: [{hosts: [shop.example.com, "*.wild.example.com"], secretName: shop}, ' +
          '{hosts: [broken.example.com], secretName: broken}, {hosts: [missing.example.com], secretName: missing}], ' +
          `rules: [${rule(undefined, path('/', backend('app')))}]`,
      ),
    ],
    { ingressTlsPort: 0 },
  );
});
afterAll(() => front[Symbol.asyncDispose]());

/** The names of the certificate that a client of this host is shown. */
async function shown(servername: string | undefined): Promise<string> {
  const { port } = new URL(front.cluster.ingressTlsUrl ?? '');
  const socket = connect({
    port: Number(port),
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ...(servername !== undefined && { servername }),
  });
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  const names = socket.getPeerX509Certificate()?.subjectAltName ?? '';
  socket.destroy();
  return names;
}

test('a host is served with the certificate of its Ingress, and pods are told that it was over TLS', async () => {
  const answered = await ask(`${front.cluster.ingressTlsUrl}/a`, {
    headers: { host: 'shop.example.com' },
    servername: 'shop.example.com',
    credentials: { ca: pki.ca.cert },
  });
  expect(echoed(answered).request.headers).toMatchObject({ 'x-forwarded-proto': 'https', host: 'shop.example.com' });
});

test.each(['shop.example.com', 'SHOP.example.com', 'any.wild.example.com'])('%s has it', async (name) => {
  expect(await shown(name)).toContain('DNS:shop.example.com');
});

test.each([undefined, 'other.example.com', 'broken.example.com', 'missing.example.com'])(
  'for %s there is the one of the server',
  async (name) => {
    expect(await shown(name)).toContain('DNS:kubernetes.default.svc');
  },
);

test('a certificate that changes is shown at once', async () => {
  const other = pki.servingCertificate(['new.example.com']);
  await front.apply(secret('shop', `tls.crt: ${base64(other.cert)}, tls.key: ${base64(other.key)}`));
  expect(await shown('shop.example.com')).toContain('DNS:new.example.com');
});

test('its port is no port of the API', async () => {
  const { ca } = readKubeconfig(front.cluster.kubeconfig());
  const answered = await ask(`${front.cluster.ingressTlsUrl}/api`, { credentials: { ca } });
  expect(echoed(answered).request.url).toBe('/api');
});
