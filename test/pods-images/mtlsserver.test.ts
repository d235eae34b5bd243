import { expect, test } from 'vitest';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { parseCertificateRequest } from '../../server/kube/certificate-request.ts';
import { client, PodShells } from '../pods-network/pod-shells.ts';
import { certificateRequest } from '../support/certificate-request.ts';
import { AGNHOST } from './support.ts';

test('mtlsserver tells clients whose certificates it can trust who they are', async () => {
  const clock = systemClock();
  const pki = createPki({ clock, random: systemRandom() });
  const serving = pki.servingCertificate(['server']);
  const made = certificateRequest({ commonName: 'me', uris: ['spiffe://test/me'] });
  const nowMs = clock.now();
  const validity = { notBeforeMs: nowMs - 60_000, notAfterMs: nowMs + 3_600_000 };
  const cert = pki.signRequest(parseCertificateRequest(made.request), ['client auth'], validity);
  const stranger = createPki({ clock: systemClock(), random: systemRandom() }).clientCertificate({ commonName: 'x' });
  const stringData = JSON.stringify({
    'ca.pem': pki.ca.cert,
    'server.pem': serving.key + serving.cert,
    'client.pem': made.key + cert,
    'stranger.pem': stranger.key + stranger.cert,
  });
  const volume = 'volumes: [{name: tls, secret: {secretName: tls}}]';
  const mount = 'volumeMounts: [{name: tls, mountPath: /tls}]';
  await using shells = await PodShells.open([
    `{apiVersion: v1, kind: Secret, metadata: {name: tls}, stringData: ${stringData}}`,
    `{apiVersion: v1, kind: Pod, metadata: {name: server}, spec: {${volume}, containers: [{name: c, image: "${AGNHOST}",
      ${mount}, args: [mtlsserver, --listen=0.0.0.0:8443, --server-creds=/tls/server.pem,
      --spiffe-trust-bundle=/tls/ca.pem]}]}}`,
    client('me', { spec: volume }).replace('command:', `${mount}, command:`),
  ]);
  const address = await shells.podIP('server');
  const ask = async (more: string): Promise<string> => {
    const host = `--resolve server:8443:${address} https://server:8443/spiffe-echo`;
    return (await shells.run('me', `curl -sS --cacert /tls/ca.pem ${more} ${host}`)).stdout;
  };
  expect(await ask('--cert /tls/client.pem')).toBe('Client Identity: spiffe://test/me');
  expect(await ask('')).toBe('SPIFFE client certificate authentication required\n');
  expect(await ask('--cert /tls/stranger.pem')).toBe('SPIFFE client certificate authentication required\n');
});
