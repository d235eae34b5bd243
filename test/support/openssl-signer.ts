import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ControllerDefinition, self } from '../../controllers/lib/controller.ts';
import type { CertificateSigningRequest } from '../../server/kube/types.gen.ts';

const REQUESTS = 'certificates.k8s.io/v1/certificatesigningrequests';

/**
 * Signs approved requests with the CA that lies in a data directory, for clusters without a signer of their own. What
 * is signed already is left alone.
 */
export function opensslSigner(dataDir: string): ControllerDefinition {
  return {
    name: 'openssl-signer',
    account: 'openssl-signer',
    user: { name: 'openssl-signer', groups: ['system:masters', 'system:authenticated'] },
    watches: [self(REQUESTS)],
    async reconcile(key, env) {
      const request = env.lister<CertificateSigningRequest>(REQUESTS).get(key);
      const isApproved = request?.status.conditions?.some(({ type }) => type === 'Approved');
      if (!request || !isApproved || request.status.certificate) return undefined;
      const certificate = sign(Buffer.from(request.spec.request, 'base64').toString(), dataDir);
      const status = { ...request.status, certificate: Buffer.from(certificate).toString('base64') };
      await env.client.update(REQUESTS, { ...request, status }, 'status');
      return undefined;
    },
  };
}

/** It also refuses a request whose signature is not that of its key. */
function sign(request: string, dataDir: string): string {
  const { ca } = JSON.parse(readFileSync(join(dataDir, 'pki.json'), 'utf8')) as { ca: { cert: string; key: string } };
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-signer-'));
  try {
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const extensions = file('ext', 'extendedKeyUsage=clientAuth\n');
    const args = ['-CA', file('ca.crt', ca.cert), '-CAkey', file('ca.key', ca.key), '-extfile', extensions];
    return execFileSync('openssl', ['x509', '-req', '-days', '1', '-in', file('csr', request), ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
