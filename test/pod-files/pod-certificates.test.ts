import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';
import { parseCertificateRequest } from '../../server/kube/certificate-request.ts';
import type { PodCertificateRequest } from '../../server/kube/types.gen.ts';
import { PodShells } from '../pods-network/pod-shells.ts';
import { inPem } from '../support/certificate-request.ts';

const REQUESTS = 'certificates.k8s.io/v1/podcertificaterequests';
const HOUR_MS = 3_600_000;
const clock = systemClock();
const pki = createPki({ clock, random: systemRandom() });
let shells: PodShells;

const pod = (name: string, projection: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, spec: {
    volumes: [{name: tls, projected: {sources: [{podCertificate: {signerName: example.com/${name}, ${projection}}}]}}],
    containers: [{name: c, image: busybox, command: [sleep, infinity],
      volumeMounts: [{name: tls, mountPath: /tls}]}]}}`;

/** What a signer is asked for a pod. */
async function asked(name: string): Promise<PodCertificateRequest & { readonly key: { name: string } }> {
  const { items } = await shells.cluster.transport().list({ resource: REQUESTS, namespace: 'default' });
  const found = (items as readonly PodCertificateRequest[]).find(({ spec }) => spec.podName === name);
  if (!found) throw new Error(`nobody has asked for a certificate of ${name}`);
  return { ...found, key: { name: found.metadata.name ?? '' } };
}

async function answer(name: string, status: object): Promise<void> {
  const key = { namespace: 'default', name: (await asked(name)).key.name };
  const patch = { resource: REQUESTS, key, patchType: 'merge', subresource: 'status', body: { status } } as const;
  await shells.cluster.transport().send({ verb: 'patch', ...patch });
  await shells.cluster.settle();
}

const condition = (type: string, message = 'm'): object => ({
  type,
  status: 'True',
  reason: 'Because',
  message,
  lastTransitionTime: new Date(clock.now()).toISOString(),
});

beforeAll(async () => {
  shells = await PodShells.open([
    pod('good', 'keyType: ECDSAP256, credentialBundlePath: all.pem, userAnnotations: {example.com/a: b}'),
    pod('parts', 'keyType: ED25519, keyPath: key.pem, certificateChainPath: chain.pem, maxExpirationSeconds: 3600'),
    pod('bad', 'keyType: ECDSAP384, credentialBundlePath: all.pem'),
  ]);
  await vi.waitFor(() => Promise.all(['good', 'parts', 'bad'].map(asked)), { timeout: 10_000 });
}, 60_000);
afterAll(() => shells.cluster.stop());

async function issue(name: string): Promise<void> {
  const { spec } = await asked(name);
  const proof = Buffer.from(spec.stubPKCS10Request, 'base64');
  const request = parseCertificateRequest(inPem('CERTIFICATE REQUEST', proof));
  const notBeforeMs = Math.floor(clock.now() / 1000) * 1000;
  const validity = { notBeforeMs, notAfterMs: notBeforeMs + HOUR_MS };
  const time = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
  await answer(name, {
    conditions: [condition('Issued')],
    certificateChain: pki.signRequest(request, ['client auth'], validity),
    notBefore: time(validity.notBeforeMs),
    notAfter: time(validity.notAfterMs),
    beginRefreshAt: time(notBeforeMs + HOUR_MS / 2),
  });
}

test('the node asks the signer for the pod, and says what its author wants', async () => {
  const { spec, metadata } = await asked('good');
  expect(spec).toMatchObject({
    signerName: 'example.com/good',
    serviceAccountName: 'default',
    unverifiedUserAnnotations: { 'example.com/a': 'b' },
  });
  expect(metadata.ownerReferences).toMatchObject([{ kind: 'Pod', name: 'good' }]);
  expect((await asked('parts')).spec.maxExpirationSeconds).toBe(3600);
});

test('the pod waits until there is one, and finds key and certificate in one file', async () => {
  expect(await shells.field('v1/pods', 'good', 'status.phase')).toBe('Pending');
  await issue('good');
  expect(await shells.field('v1/pods', 'good', 'status.phase')).toBe('Running');
  const { stdout } = await shells.run('good', 'cat /tls/all.pem');
  expect(stdout).toMatch(/^-----BEGIN PRIVATE KEY-----[\s\S]+-----END PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----/);
  expect(
    new X509Certificate(stdout.slice(stdout.indexOf('-----BEGIN CERTIFICATE'))).checkIssued(
      new X509Certificate(pki.ca.cert),
    ),
  ).toBe(true);
});

test('or in two', async () => {
  await issue('parts');
  const { stdout } = await shells.run('parts', 'head -n 1 /tls/key.pem /tls/chain.pem');
  expect(stdout).toContain('-----BEGIN PRIVATE KEY-----');
  expect(stdout).toContain('-----BEGIN CERTIFICATE-----');
});

test('what is denied keeps the pod from starting, and is told', async () => {
  await answer('bad', { conditions: [condition('Denied', 'not you')] });
  expect(await shells.field('v1/pods', 'bad', 'status.phase')).toBe('Pending');
  const { items } = await shells.cluster.transport().list({ resource: 'v1/events', namespace: 'default' });
  expect(JSON.stringify(items)).toContain(
    JSON.stringify('permanently denied: reason="Because" message="not you"').slice(1, -1),
  );
});
