/** Rules for TokenRequests: pkg/apis/authentication/validation. */
import { type FieldProblem, invalid, notSupported } from '../kube/field-problem.ts';
import { dnsSubdomainProblems } from '../kube/names.ts';
import type { BoundObjectReference, TokenRequestSpec } from '../kube/types.gen.ts';

const MIN_SECONDS = 600;
const MAX_SECONDS = 2 ** 32;
const ATTESTATIONS = 'spec.attestations';
const REVIEW_GROUPS = 'admissionReviewAPIGroups';

/** Webhook configurations, which tokens may be bound to behind a feature gate that is off. */
export function isWebhookReference({ kind, apiVersion }: Pick<BoundObjectReference, 'kind' | 'apiVersion'>): boolean {
  const isKind = kind === 'ValidatingWebhookConfiguration' || kind === 'MutatingWebhookConfiguration';
  return isKind && apiVersion === 'admissionregistration.k8s.io/v1';
}

export function tokenRequestProblems(spec: TokenRequestSpec): FieldProblem[] {
  const { audiences, boundObjectRef, expirationSeconds: seconds, attestations = {} } = spec;
  const problems: FieldProblem[] = [];
  const bad = (detail: string): FieldProblem => invalid('spec.expirationSeconds', seconds, detail);
  if ((seconds ?? 0) < MIN_SECONDS) problems.push(bad('may not specify a duration less than 10 minutes'));
  if ((seconds ?? 0) > MAX_SECONDS) problems.push(bad('may not specify a duration larger than 2^32 seconds'));
  if (boundObjectRef && isWebhookReference(boundObjectRef)) {
    if (audiences?.length !== 1) {
      problems.push(invalid('spec.audiences', audiences, 'must be length 1 when bound to a webhook config'));
    }
    return [...problems, ...webhookProblems(spec.attestations)];
  }
  if (Object.keys(attestations).length === 0) return problems;
  const detail = 'attestations may only be specified with a webhook bound object reference';
  return [invalid(ATTESTATIONS, attestations, detail)];
}

function webhookProblems(attestations: TokenRequestSpec['attestations']): FieldProblem[] {
  const [entry, ...more] = Object.entries(attestations ?? {});
  if (!entry || more.length > 0) {
    const detail = `webhook bound requests require exactly one ${REVIEW_GROUPS} attestation`;
    return [invalid(ATTESTATIONS, attestations, detail)];
  }
  const [key, values] = entry;
  const path = `${ATTESTATIONS}[${key}]`;
  if (key !== REVIEW_GROUPS) return [notSupported(path, key, [REVIEW_GROUPS])];
  const [group = '', ...others] = values;
  if (values.length === 0 || others.length > 0) return [invalid(path, values, 'must specify a single value')];
  if (group === '') return [invalid(`${path}[0]`, group, 'may not be an empty string')];
  if (group === '*') return [];
  return dnsSubdomainProblems(group).map((problem) =>
    invalid(`${path}[0]`, group, `must specify a valid API Group: ${problem}`),
  );
}
