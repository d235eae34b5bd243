/** Who approves or signs a request may do so for its signer: CertificateApproval, CertificateSigning. */
import { deepEqual, type Frozen } from '../base/freeze.ts';
import { goQuote } from '../kube/go-quote.ts';
import type { CertificateSigningRequest } from '../kube/types.gen.ts';
import type { AdmissionEnv, AdmissionPlugin, KindOfReview } from './plugin.ts';
import { refusal } from './refusal.ts';
import { mayActFor } from './signers.ts';

type Request = Frozen<CertificateSigningRequest>;

function isPartOf({ info, operation, subresource }: KindOfReview, part: string): boolean {
  const isRequest = info.resource === 'certificatesigningrequests' && info.group === 'certificates.k8s.io';
  return isRequest && operation === 'update' && subresource === part;
}

export function certificateApproval(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'CertificateApproval',
    handles: (kind) => isPartOf(kind, 'approval'),
    validate(review) {
      const { signerName } = (review.old as unknown as Request).spec;
      if (mayActFor(env, review.user, 'approve', signerName)) return;
      throw refusal(review, `user not permitted to approve requests with signerName ${goQuote(signerName)}`);
    },
  };
}

export function certificateSigning(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'CertificateSigning',
    handles: (kind) => isPartOf(kind, 'status'),
    validate(review) {
      const [request, old] = [review.object as unknown as Request, review.old as unknown as Request];
      const isSame = (request.status.certificate ?? '') === (old.status.certificate ?? '');
      if (isSame && deepEqual(request.status.conditions ?? [], old.status.conditions ?? [])) return;
      const { signerName } = old.spec;
      if (mayActFor(env, review.user, 'sign', signerName)) return;
      throw refusal(review, `user not permitted to sign requests with signerName ${goQuote(signerName)}`);
    },
  };
}
