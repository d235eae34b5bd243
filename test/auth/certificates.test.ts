import { createPrivateKey, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPki, loadPki } from '../../server/auth/certificates.ts';
import { seededRandom } from '../../server/base/random.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';

const clock = new SimulatedClock(Date.UTC(2026, 0, 1));
const options = { clock, random: seededRandom(7) };

test('the CA signs the serving certificate, which holds every name of the server', () => {
  const pki = createPki({ ...options, names: ['my-host', '192.0.2.7', 'fd00::1:2'] });
  const ca = new X509Certificate(pki.ca.cert);
  const serving = new X509Certificate(pki.serving.cert);
  expect(ca.ca).toBe(true);
  expect([serving.ca, serving.verify(ca.publicKey), serving.checkIssued(ca)]).toEqual([false, true, true]);
  expect(serving.checkPrivateKey(createPrivateKey(pki.serving.key))).toBe(true);
  for (const name of ['kubernetes', 'kubernetes.default.svc.cluster.local', 'localhost', 'my-host']) {
    expect(serving.checkHost(name)).toBe(name);
  }
  for (const ip of ['127.0.0.1', '::1', '192.0.2.7', 'fd00::1:2']) expect(serving.checkIP(ip)).toBe(ip);
  expect([serving.checkHost('example.com'), serving.checkIP('127.0.0.2')]).toEqual([undefined, undefined]);
});

test('certificates are valid for ten years by the clock of the cluster', () => {
  const { ca, serving } = createPki(options);
  for (const { cert } of [ca, serving]) {
    const { validFrom, validTo } = new X509Certificate(cert);
    expect([new Date(validFrom).toISOString(), new Date(validTo).toISOString()]).toEqual([
      '2025-12-31T23:00:00.000Z',
      '2035-12-30T00:00:00.000Z',
    ]);
  }
});

test('dates after 2049 are written too', () => {
  const late = createPki({ ...options, clock: new SimulatedClock(Date.UTC(2045, 5, 1)) });
  expect(new Date(new X509Certificate(late.ca.cert).validTo).getUTCFullYear()).toBe(2055);
});

test('a client certificate names user and groups', () => {
  const { cert, key } = createPki(options).clientCertificate({
    commonName: 'jane',
    organizations: ['dev', 'system:masters'],
  });
  const client = new X509Certificate(cert);
  expect(client.subject).toBe('O=dev\nO=system:masters\nCN=jane');
  expect(client.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(client.checkPrivateKey(createPrivateKey(key))).toBe(true);
});

test('a PKI that was kept goes on with the same CA', () => {
  const { ca, serving, tokenKey, frontProxyCa } = createPki(options);
  const kept = loadPki({ ca, serving, tokenKey, frontProxyCa }, options);
  expect([kept.ca, kept.serving, kept.tokenKey]).toEqual([ca, serving, tokenKey]);
  const { publicKey } = new X509Certificate(ca.cert);
  const issued = [kept.clientCertificate({ commonName: 'jane' }), kept.servingCertificate(['new-name'])];
  for (const { cert } of issued) expect(new X509Certificate(cert).verify(publicKey)).toBe(true);
  expect(new X509Certificate(issued[1]?.cert ?? '').checkHost('new-name')).toBe('new-name');
  const proxy = new X509Certificate(kept.proxyCertificate().cert);
  expect(proxy.subject).toBe('CN=front-proxy-client');
  expect(proxy.verify(new X509Certificate(frontProxyCa.cert).publicKey)).toBe(true);
  expect(proxy.verify(publicKey)).toBe(false);
});
