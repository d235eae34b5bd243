/** What kubelets may ask for (pkg/apis/certificates/helpers.go). */
import type { CertificateRequest } from '../../server/kube/certificate-request.ts';

type Rule = (request: CertificateRequest, usages: readonly string[]) => string | undefined;

const ORGANIZATION = 'system:nodes';
const NAME_PREFIX = 'system:node:';

/** In the order in which Go prints sets; a key without encipherment is one of another algorithm than RSA. */
const CLIENT_USAGES = ['client auth', 'digital signature', 'key encipherment'];
const SERVING_USAGES = ['digital signature', 'key encipherment', 'server auth'];

const isOfNodes = ({ organizations }: CertificateRequest): boolean =>
  organizations.length === 1 && organizations[0] === ORGANIZATION;

function usagesFault(given: readonly string[], allowed: readonly string[]): string | undefined {
  const set = new Set(given);
  const required = allowed.filter((usage) => usage !== 'key encipherment');
  const fits = required.every((usage) => set.has(usage)) && [...set].every((usage) => allowed.includes(usage));
  return fits ? undefined : `usages did not match [${allowed.join(' ')}]`;
}

const nameFault = ({ commonName }: CertificateRequest): string | undefined =>
  commonName.startsWith(NAME_PREFIX) ? undefined : `subject common name does not begin with ${NAME_PREFIX}`;

/** Why this is no request of a kubelet for its certificate as a client; undefined when it is one. */
export const kubeletClientFault: Rule = (request, usages) => {
  if (!isOfNodes(request)) return `subject organization is not ${ORGANIZATION}`;
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return nameFault(request) ?? usagesFault(usages, CLIENT_USAGES);
};

/** Why this is no request of a kubelet for its certificate as a server; undefined when it is one. */
export const kubeletServingFault: Rule = (request, usages) => {
  if (!isOfNodes(request)) return `subject organization is not ${ORGANIZATION}`;
  if (request.dnsNames.length === 0 && request.ipAddresses.length === 0) return 'DNS or IP subjectAltName is required';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return usagesFault(usages, SERVING_USAGES) ?? nameFault(request);
};
