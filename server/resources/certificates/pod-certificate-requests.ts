import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid, required, tooLong } from '../../kube/field-problem.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import type { PodCertificateRequest } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { formatLabels } from '../shared/columns.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { internalForm } from '../shared/internal-form.ts';
import { invalidOmitted } from '../shared/omitted-value.ts';
import { longestCertificateSeconds, signerNameProblems } from '../shared/signer-names.ts';

const MAX_UID = 128;
const HOUR_SECONDS = 3600;
const ENDS = ['Issued', 'Denied', 'Failed'];

/** The internal type still has two fields of an older version. */
function shownSpec(spec: Frozen<PodCertificateRequest['spec']>): object {
  const all = internalForm(spec, 'io.k8s.api.certificates.v1.PodCertificateRequestSpec') as Record<string, unknown>;
  const { StubPKCS10Request, UnverifiedUserAnnotations, ...first } = all;
  return { ...first, PKIXPublicKey: null, ProofOfPossession: null, StubPKCS10Request, UnverifiedUserAnnotations };
}

function validate({ spec }: Frozen<PodCertificateRequest>, old?: Frozen<PodCertificateRequest>): FieldProblem[] {
  if (old) {
    return deepEqual(spec, old.spec) ? [] : [immutable('spec', shownSpec(spec))];
  }
  const problems = signerNameProblems('spec.signerName', spec.signerName);
  const pairs = [
    ['podName', 'podUID'],
    ['serviceAccountName', 'serviceAccountUID'],
    ['nodeName', 'nodeUID'],
  ] as const;
  for (const [nameField, uidField] of pairs) {
    const [name, uid] = [spec[nameField], spec[uidField]];
    for (const detail of dnsSubdomainProblems(name)) problems.push(invalid(`spec.${nameField}`, name, detail));
    if (uid === '') problems.push(invalid(`spec.${uidField}`, uid, 'must not be empty'));
    if (uid.length > MAX_UID) problems.push(tooLong(`spec.${uidField}`, MAX_UID));
  }
  problems.push(...expirationProblems(spec));
  if (spec.maxExpirationSeconds === undefined || spec.stubPKCS10Request) return problems;
  const detail = 'exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set';
  return [...problems, invalidOmitted('spec', detail)];
}

function expirationProblems({
  signerName,
  maxExpirationSeconds: seconds,
}: Frozen<PodCertificateRequest['spec']>): FieldProblem[] {
  const path = 'spec.maxExpirationSeconds';
  if (seconds === undefined) return [required(path, 'must be set')];
  const most = longestCertificateSeconds(signerName);
  if (seconds >= HOUR_SECONDS && seconds <= most) return [];
  return [invalid(path, seconds, `must be in the range [${HOUR_SECONDS}, ${most}]`)];
}

export const definition: ResourceDefinition<PodCertificateRequest> = {
  resource: 'podcertificaterequests.certificates.k8s.io',
  requiresResourceVersion: true,
  beforeCreate(request) {
    clearStatus(request, 'io.k8s.api.certificates.v1.PodCertificateRequestStatus');
    return undefined;
  },
  validate,
  statusKeeps: ['labels', 'annotations', 'finalizers', 'ownerReferences'],
  selectsNoNamespace: true,
  selectableFields: {
    'spec.signerName': ({ spec }) => spec.signerName,
    'spec.podName': ({ spec }) => spec.podName,
    'spec.nodeName': ({ spec }) => spec.nodeName,
  },
  cells: ({ metadata, spec, status }) => [
    metadata.name,
    spec.podName,
    spec.serviceAccountName,
    spec.nodeName,
    spec.signerName,
    status.conditions?.findLast(({ type }) => ENDS.includes(type))?.type ?? 'Pending',
    formatLabels(spec.unverifiedUserAnnotations),
  ],
};
