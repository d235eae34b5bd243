import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../../server/index.ts';
import type { CertificateSigningRequest } from '../../../server/kube/types.gen.ts';
import { certificateRequest, type RequestedNames } from '../../support/certificate-request.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const resource = 'certificates.k8s.io/v1/certificatesigningrequests';
const key = { namespace: '', name: 'a' };
const NODE: RequestedNames = { commonName: 'system:node:n', organizations: ['system:nodes'] };
const CLIENT = 'kube-apiserver-client';
const KUBELET = 'kube-apiserver-client-kubelet';
const SERVING = 'kubelet-serving';
const KUBELET_USAGES = ['digital signature', 'client auth'];
const SERVING_USAGES = ['digital signature', 'key encipherment', 'server auth'];

interface Asked {
  readonly signer: string;
  readonly usages: readonly string[];
  readonly request?: string;
  readonly expirationSeconds?: number;
}

/** What becomes of an approved request. */
async function approved(cluster: RunningCluster, asked: Asked): Promise<CertificateSigningRequest['status']> {
  const transport = cluster.transport();
  const { signer, request = certificateRequest({ commonName: 'jane' }).request, ...spec } = asked;
  const body = { metadata: { name: 'a' }, spec: { ...spec, request, signerName: `kubernetes.io/${signer}` } };
  await transport.send({ verb: 'create', resource, key, body });
  const conditions = [{ type: 'Approved', status: 'True', reason: 'Test', message: 'm' }];
  const approval = { status: { conditions } };
  await transport.send({ verb: 'patch', resource, key, patchType: 'merge', body: approval, subresource: 'approval' });
  await cluster.settle();
  const { status } = (await transport.send({ verb: 'get', resource, key })) as unknown as CertificateSigningRequest;
  await transport.send({ verb: 'delete', resource, key });
  return status;
}

async function certificateOf(cluster: RunningCluster, asked: Asked): Promise<X509Certificate> {
  const { certificate = '' } = await approved(cluster, asked);
  return new X509Certificate(Buffer.from(certificate, 'base64'));
}

test('a certificate lasts as long as was asked for, a year at most', async () => {
  const clock = new SimulatedClock();
  await using cluster = await startCluster({ nodes: 0, clock });
  const minutes = async (expirationSeconds?: number): Promise<number[]> => {
    const usages = ['client auth'];
    const asked = { signer: CLIENT, usages, ...(expirationSeconds !== undefined && { expirationSeconds }) };
    const { validFrom, validTo } = await certificateOf(cluster, asked);
    return [validFrom, validTo].map((time) => Math.round((Date.parse(time) - clock.now()) / 60_000));
  };
  const year = 365 * 24 * 60;
  expect(await minutes()).toEqual([-5, year - 5]);
  expect(await minutes(3 * year * 60)).toEqual([-5, year - 5]);
  expect(await minutes(600)).toEqual([-5, 10]);
  expect(await minutes(24 * 3600)).toEqual([-5, 24 * 60 - 5]);
});

test('a certificate has the names and the usages that were asked for', async () => {
  await using cluster = await startCluster({ nodes: 0 });
  const { request } = certificateRequest({
    ...NODE,
    dnsNames: ['n.example'],
    ipAddresses: ['192.0.2.7', '2001:db8::1'],
  });
  const serving = await certificateOf(cluster, { signer: SERVING, usages: SERVING_USAGES, request });
  expect(serving.subject).toBe('O=system:nodes\nCN=system:node:n');
  expect(serving.issuer).toBe('CN=kubernetes');
  expect(serving.subjectAltName).toBe('DNS:n.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1');
  expect([serving.keyUsage, serving.ca]).toEqual([['1.3.6.1.5.5.7.3.1'], false]);
});

test.each<[signer: string, usages: string[], names: RequestedNames, message: string]>([
  [CLIENT, ['client auth', 'server auth'], NODE, 'invalid usage for client certificate: server auth'],
  [CLIENT, ['digital signature'], NODE, 'missing required usage for client certificate: client auth'],
  [KUBELET, KUBELET_USAGES, { commonName: 'system:node:n' }, 'subject organization is not system:nodes'],
  [KUBELET, KUBELET_USAGES, { ...NODE, dnsNames: ['n'] }, 'DNS subjectAltNames are not allowed'],
  [KUBELET, KUBELET_USAGES, { ...NODE, emailAddresses: ['n@n'] }, 'Email subjectAltNames are not allowed'],
  [KUBELET, KUBELET_USAGES, { ...NODE, ipAddresses: ['192.0.2.7'] }, 'IP subjectAltNames are not allowed'],
  [KUBELET, KUBELET_USAGES, { ...NODE, uris: ['urn:n'] }, 'URI subjectAltNames are not allowed'],
  [KUBELET, KUBELET_USAGES, { ...NODE, commonName: 'n' }, 'subject common name does not begin with system:node:'],
  [KUBELET, ['client auth'], NODE, 'usages did not match [client auth digital signature key encipherment]'],
  [SERVING, SERVING_USAGES, NODE, 'DNS or IP subjectAltName is required'],
  [
    SERVING,
    ['server auth'],
    { ...NODE, dnsNames: ['n'] },
    'usages did not match [digital signature key encipherment server auth]',
  ],
])('%s with the usages %j for %j fails', async (signer, usages, names, message) => {
  await using cluster = await startCluster({ nodes: 0 });
  const { conditions, certificate } = await approved(cluster, {
    signer,
    usages,
    request: certificateRequest(names).request,
  });
  expect(certificate).toBeUndefined();
  expect(conditions?.slice(1)).toMatchObject([
    { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message },
  ]);
});

test('a request that its key did not sign gets no certificate', async () => {
  await using cluster = await startCluster({ nodes: 0, logLevel: 'silent' });
  const { request } = certificateRequest({ commonName: 'jane' }, { signedBy: 'another key' });
  const { conditions, certificate } = await approved(cluster, { signer: CLIENT, usages: ['client auth'], request });
  expect([certificate, conditions?.length]).toEqual([undefined, 1]);
});
