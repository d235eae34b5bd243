import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import type { CertificateSigningRequest } from '../../server/kube/types.gen.ts';
import { ask, readKubeconfig } from '../support/ask.ts';
import { certificateRequest } from '../support/certificate-request.ts';
import { frozenCluster } from './support.ts';

const resource = 'certificates.k8s.io/v1/certificatesigningrequests';
const key = { namespace: '', name: 'jane' };

it('kubeconfigs are good at any time of the cluster', async () => {
  await using shop = await frozenCluster();
  for (const set of ['2006-01-01T00:00:00Z', '2056-01-01T00:00:00Z']) {
    await shop.move({ set });
    const credentials = readKubeconfig(shop.cluster.kubeconfig({ user: 'jane' }));
    const { status } = await ask(`${shop.cluster.url}/api/v1/nodes`, { credentials });
    expect(status).toBe(403); // jane is known, and may not
    expect((await shop.admin('GET', '/api/v1/nodes')).status).toBe(200);
  }
});

it('what the cluster signs is good from its own time on', async () => {
  await using shop = await frozenCluster();
  await shop.move({ set: '2030-01-01T00:00:00Z' });
  const { request } = certificateRequest({ commonName: 'jane' });
  const spec = { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] };
  const transport = shop.cluster.transport();
  await transport.send({ verb: 'create', resource, key, body: { metadata: { name: 'jane' }, spec } });
  const body = { status: { conditions: [{ type: 'Approved', status: 'True', reason: 'Test', message: 'm' }] } };
  await transport.send({ verb: 'patch', resource, key, patchType: 'merge', body, subresource: 'approval' });
  await shop.cluster.settle();
  const signed = await shop.get<CertificateSigningRequest>(resource, 'jane', '');
  expect(signed?.metadata.creationTimestamp).toBe('2030-01-01T00:00:00Z');
  const { validFrom } = new X509Certificate(Buffer.from(signed?.status.certificate ?? '', 'base64'));
  expect(new Date(validFrom).toISOString()).toBe('2029-12-31T23:55:00.000Z');
});
