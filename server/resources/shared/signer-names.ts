/** Names of certificate signers: `example.com/my-signer` (ValidateSignerName). */
import { type FieldProblem, invalid, required, tooLong } from '../../kube/field-problem.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../../kube/names.ts';

const MAX_DOMAIN = 253;
const DAY_SECONDS = 24 * 3600;
const MAX_NAME = MAX_DOMAIN + 1 + 63 + 1 + 253;

/** Problems of the first label that has any: those of the others would read the same. */
function labelListProblems(path: string, segment: string, rules: (label: string) => string[]): FieldProblem[] {
  const label = segment.split('.').find((text) => rules(text).length > 0);
  if (label === undefined) return [];
  return rules(label).map((detail) => invalid(path, segment, `validating label ${goQuote(label)}: ${detail}`));
}

export function signerNameProblems(path: string, name: string): FieldProblem[] {
  if (name === '') return [required(path)];
  const [domain = '', rest = '', ...more] = name.split('/');
  if (!name.includes('/') || more.length > 0) {
    const detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalid(path, name, detail)];
  }
  const problems = domain.length > MAX_DOMAIN ? [tooLong(path, MAX_DOMAIN)] : [];
  problems.push(...labelListProblems(path, domain, dnsLabelProblems));
  if (!domain.includes('.')) {
    problems.push(invalid(path, domain, 'should be a domain with at least two segments separated by dots'));
  }
  problems.push(...labelListProblems(path, rest, dnsSubdomainProblems));
  if (name.length > MAX_NAME) problems.push(tooLong(path, MAX_NAME));
  return problems;
}

/** How long a pod's certificate may be asked for: Kubernetes' own signers do not issue any for longer than a day. */
export function longestCertificateSeconds(signerName: string): number {
  const domain = signerName.split('/')[0] ?? '';
  const isKubernetes = domain === 'kubernetes.io' || domain.endsWith('.kubernetes.io');
  return isKubernetes ? DAY_SECONDS : 91 * DAY_SECONDS;
}
