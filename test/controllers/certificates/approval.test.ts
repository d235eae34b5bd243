import { expect, test } from 'vitest';
import { type RunningCluster, startCluster, type User } from '../../../server/index.ts';
import type { CertificateSigningRequest } from '../../../server/kube/types.gen.ts';
import { certificateRequest } from '../../support/certificate-request.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const resource = 'certificates.k8s.io/v1/certificatesigningrequests';
const key = { namespace: '', name: 'a' };
const node = (name: string): User => ({ name, groups: ['system:nodes', 'system:authenticated'] });
const BOOTSTRAPPER: User = { name: 'system:bootstrap:x', groups: ['system:bootstrappers', 'system:authenticated'] };

const GROUP = 'rbac.authorization.k8s.io';
const binding = (role: string, group: string): object => ({
  apiVersion: `${GROUP}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: role },
  roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: role },
  subjects: [{ apiGroup: GROUP, kind: 'Group', name: group }],
});
const REQUESTS = 'system:certificates.k8s.io:certificatesigningrequests';

/** What kubeadm binds, and the right to ask at all. */
const RIGHTS = [
  binding(`${REQUESTS}:nodeclient`, 'system:bootstrappers'),
  binding(`${REQUESTS}:selfnodeclient`, 'system:nodes'),
  binding('system:node-bootstrapper', 'system:bootstrappers'),
];

async function asked(cluster: RunningCluster, user: User): Promise<CertificateSigningRequest['status']> {
  const { request } = certificateRequest({ commonName: 'system:node:n', organizations: ['system:nodes'] });
  const spec = {
    request,
    signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
    usages: ['digital signature', 'client auth'],
  };
  await cluster.transport(user).send({ verb: 'create', resource, key, body: { metadata: { name: 'a' }, spec } });
  await cluster.settle();
  return statusOf(cluster);
}

async function statusOf(cluster: RunningCluster): Promise<CertificateSigningRequest['status']> {
  const request = await cluster.transport().send({ verb: 'get', resource, key });
  return (request as unknown as CertificateSigningRequest).status;
}

test.each([
  ['a node that has none yet', BOOTSTRAPPER, 'Auto approving kubelet client certificate after SubjectAccessReview.'],
  [
    'a node that renews its own',
    node('system:node:n'),
    'Auto approving self kubelet client certificate after SubjectAccessReview.',
  ],
])('the certificate of %s is approved and signed', async (_, user, message) => {
  await using cluster = await startCluster({ nodes: 0 });
  await cluster.apply(...RIGHTS);
  const { conditions, certificate } = await asked(cluster, user);
  expect(conditions).toMatchObject([{ type: 'Approved', status: 'True', reason: 'AutoApproved', message }]);
  expect(certificate).toBeDefined();
});

test('a node that asks for another waits for an administrator', async () => {
  await using cluster = await startCluster({ nodes: 0 });
  await cluster.apply(...RIGHTS);
  expect(await asked(cluster, node('system:node:other'))).toEqual({});
});

test('rights that come later count too', async () => {
  const clock = new SimulatedClock();
  await using cluster = await startCluster({ nodes: 0, clock });
  await cluster.apply(...RIGHTS.slice(1));
  expect(await asked(cluster, BOOTSTRAPPER)).toEqual({});
  await cluster.apply(...RIGHTS);
  await clock.advance(5000);
  await cluster.settle();
  expect((await statusOf(cluster)).certificate).toBeDefined();
});
