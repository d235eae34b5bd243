/** Rules of certificate signing requests (pkg/apis/certificates/validation). */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { parseCertificateRequest } from '../../kube/certificate-request.ts';
import {
  duplicate,
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../kube/field-problem.ts';
import { certificateFault } from '../../kube/pem.ts';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../kube/types.gen.ts';
import { signerNameProblems } from './signer-names.ts';

type Request = Frozen<CertificateSigningRequest>;
type Conditions = Frozen<CertificateSigningRequestCondition[]>;

const CONDITIONS = 'status.conditions';
const ONLY_TRUE = ['Approved', 'Denied', 'Failed'];
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const MIN_SECONDS = 600;

export const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
];

/** What one way of writing may change. */
export interface Permissions {
  readonly approval: boolean;
  readonly certificate: boolean;
}

/** Rules of a request, in upstream's order. Faults that the stored request has are let through. */
export function requestProblems(request: Request, old?: Request): FieldProblem[] {
  const { spec, status } = request;
  const problems: FieldProblem[] = [];
  const unreadable = requestFault(spec.request ?? '');
  if (unreadable !== undefined) problems.push(invalid('spec.request', spec.request, unreadable));
  problems.push(...usageProblems(spec.usages ?? [], old?.spec.usages));
  if (spec.signerName === LEGACY_SIGNER && old?.spec.signerName !== LEGACY_SIGNER) {
    const detail = 'the legacy signerName is not allowed via this API version';
    problems.push(invalid('spec.signerName', spec.signerName, detail));
  } else problems.push(...signerNameProblems('spec.signerName', spec.signerName));
  if (spec.expirationSeconds !== undefined && spec.expirationSeconds < MIN_SECONDS) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)';
    problems.push(invalid('spec.expirationSeconds', spec.expirationSeconds, detail));
  }
  problems.push(...conditionListProblems(status.conditions ?? [], old?.status.conditions ?? []));
  const { certificate = '' } = status;
  const before = old?.status.certificate ?? '';
  const fault = old && (certificate === before || certificateFault(before)) ? undefined : certificateFault(certificate);
  if (fault !== undefined) problems.push(invalid('status.certificate', '<certificate data>', fault));
  return problems;
}

function requestFault(request: string): string | undefined {
  try {
    parseCertificateRequest(request);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const hasRepeats = (values: readonly string[]): boolean => new Set(values).size < values.length;

function usageProblems(usages: readonly string[], old: readonly string[] = []): FieldProblem[] {
  const problems = usages.length === 0 ? [required('spec.usages')] : [];
  for (const [i, usage] of old.every((known) => USAGES.includes(known)) ? usages.entries() : []) {
    if (!USAGES.includes(usage)) problems.push(notSupported(`spec.usages[${i}]`, usage, USAGES));
  }
  for (const [i, usage] of hasRepeats(old) ? [] : usages.entries()) {
    if (usages.indexOf(usage) < i) problems.push(duplicate(`spec.usages[${i}]`, usage));
  }
  return problems;
}

function conditionListProblems(conditions: Conditions, old: Conditions): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const mayRepeat = hasRepeats(old.map(({ type }) => type));
  const mayBeEmpty = old.some(({ type }) => type === '');
  for (const [i, { type, status }] of conditions.entries()) {
    const path = `${CONDITIONS}[${i}]`;
    if (type === '' && !mayBeEmpty) problems.push(required(`${path}.type`));
    const statuses = ONLY_TRUE.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (status === '') problems.push(required(`${path}.status`));
    else if (!statuses.includes(status)) problems.push(notSupported(`${path}.status`, status, statuses));
    const isFirst = conditions.findIndex((other) => other.type === type) === i;
    if (!isFirst && !mayRepeat) problems.push(duplicate(`${path}.type`, type));
  }
  return problems;
}

const isBoth = (conditions: Conditions): boolean =>
  ['Approved', 'Denied'].every((type) => conditions.some((condition) => condition.type === type));

/** Approved and denied at once: a declarative rule upstream, so it comes last. */
export function contradictionProblems({ status }: Request, old?: Request): FieldProblem[] {
  const conditions = status.conditions ?? [];
  if (!isBoth(conditions) || isBoth(old?.status.conditions ?? [])) return [];
  const members = ['Approved', 'Denied'].map((type) => `conditions[{"type": "${type}"}]`);
  const detail = `must specify at most one of: ${members.map((member) => `\`${member}\``).join(', ')}`;
  return [invalid(CONDITIONS, `{${members.join(', ')}}`, detail)];
}

/** What a change may not do, whichever way it is made. */
export function changeProblems(request: Request, old: Request, may: Permissions): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const ofType = ({ status }: Request, type: string): Conditions =>
    (status.conditions ?? []).filter((condition) => condition.type === type);
  const refuse = (verb: string, type: string): number =>
    problems.push(forbiddenField(CONDITIONS, `updates may not ${verb} a condition of type "${type}"`));
  for (const type of ONLY_TRUE) if (ofType(request, type).length < ofType(old, type).length) refuse('remove', type);
  for (const type of may.approval ? [] : ['Approved', 'Denied']) {
    const [next, before] = [ofType(request, type), ofType(old, type)];
    if (next.length > before.length) refuse('add', type);
    else if (next.length === before.length && !deepEqual(next, before)) refuse('modify', type);
  }
  const { certificate = '' } = request.status;
  const { certificate: known = '' } = old.status;
  if (certificate === known) return problems;
  if (!may.certificate) problems.push(forbiddenField('status.certificate', 'updates may not set certificate content'));
  else if (known !== '') {
    problems.push(forbiddenField('status.certificate', 'updates may not modify existing certificate content'));
  }
  return problems;
}
