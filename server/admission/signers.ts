import type { User } from '../kube/object.ts';
import type { AdmissionEnv } from './plugin.ts';

/**
 * Whether somebody may approve, sign or attest for a signer: by its name, or by that of all signers of its domain
 * (`example.com/*`).
 */
export function mayActFor(env: AdmissionEnv, user: User, verb: 'approve' | 'sign' | 'attest', signer: string): boolean {
  const domain = signer.split('/')[0] ?? '';
  return [signer, `${domain}/*`].some((name) => {
    const resource = {
      group: 'certificates.k8s.io',
      version: '*',
      resource: 'signers',
      subresource: '',
      namespace: '',
    };
    return env.authorize({ user, verb, resource: { ...resource, name } }).allowed;
  });
}
