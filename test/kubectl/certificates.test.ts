import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { certificateRequest } from '../support/certificate-request.ts';
import { openShop } from '../support/kubectl.ts';

test.each(['ec', 'rsa', 'ed25519'] as const)(
  'an approved request for an %s key makes a user of kubectl',
  async (kind) => {
    await using shop = await openShop({ nodes: 0 });
    const { key, request } = certificateRequest({ commonName: 'jane', organizations: ['dev', 'ops'] }, { kind });
    await shop.apply(`
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: jane}
spec: {request: ${request}, signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
`);
    await shop.cluster.settle();
    expect(await shop.kubectl('get', 'csr', '--no-headers')).toMatch(/kubernetes-admin .* Pending$/m);
    await shop.kubectl('certificate', 'approve', 'jane');
    await shop.cluster.settle();
    expect(await shop.kubectl('get', 'csr', '--no-headers')).toMatch(/ Approved,Issued$/m);

    const certificate = await shop.kubectl('get', 'csr', 'jane', '-ojsonpath={.status.certificate}');
    await writeFile(shop.file('jane.key'), key);
    await writeFile(shop.file('jane.crt'), Buffer.from(certificate, 'base64'));
    const files = [`--client-key=${shop.file('jane.key')}`, `--client-certificate=${shop.file('jane.crt')}`];
    await shop.kubectl('config', 'set-credentials', 'jane', ...files, '--embed-certs');
    const attributes = JSON.parse(await shop.kubectl('auth', 'whoami', '-ojson', '--user=jane')) as {
      status: { userInfo: { username: string; groups: string[] } };
    };
    expect(attributes.status.userInfo).toMatchObject({
      username: 'jane',
      groups: ['dev', 'ops', 'system:authenticated'],
    });
    expect((await shop.fails('get', 'pods', '--user=jane')).stderr).toContain(
      'User "jane" cannot list resource "pods"',
    );
  },
);
