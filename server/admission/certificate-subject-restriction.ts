/** Nobody becomes an administrator by a certificate: CertificateSubjectRestriction. */
import { type CertificateRequest, parseCertificateRequest } from '../kube/certificate-request.ts';
import type { CertificateSigningRequest } from '../kube/types.gen.ts';
import type { Review } from '../registry/admission-chain.ts';
import { type AdmissionPlugin, isObjectOf } from './plugin.ts';
import { refusal } from './refusal.ts';

const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
const MASTERS = 'system:masters';

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  handles: (kind) =>
    kind.operation === 'create' && isObjectOf(kind, 'certificatesigningrequests', 'certificates.k8s.io'),
  validate(review) {
    const { spec } = review.object as unknown as CertificateSigningRequest;
    if (spec.signerName !== CLIENT_SIGNER) return;
    if (!parsed(review, spec.request).organizations.includes(MASTERS)) return;
    throw refusal(review, `use of ${CLIENT_SIGNER} signer with ${MASTERS} group is not allowed`);
  },
};

function parsed(review: Review, request: string): CertificateRequest {
  try {
    return parseCertificateRequest(request);
  } catch (error) {
    throw refusal(review, `failed to parse CSR: ${(error as Error).message}`);
  }
}
