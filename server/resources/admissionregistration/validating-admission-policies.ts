import type { Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { qualifiedNameProblems } from '../../kube/names.ts';
import type { AuditAnnotation, ValidatingAdmissionPolicy, Validation } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import type { AdmissionCompiler } from '../../schema/cel/admission/compiler.ts';
import { compileProblems, type StoredExpressions } from '../shared/admission-expression-rules.ts';
import { policyCompiler, policyProblems } from '../shared/admission-policy-rules.ts';
import { fillMatchDefaults, paramKindCell, staticNameProblems, staticNameWarnings } from '../shared/admission-rules.ts';
import { conditionProblems } from '../shared/condition-rules.ts';
import { clearStatus } from '../shared/empty-status.ts';

const MAX_ANNOTATIONS = 20;
const MAX_EXPRESSION = 5 * 1024;
const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

type Policy = Frozen<ValidatingAdmissionPolicy>;

/** How expressions are checked. */
interface Checks {
  readonly compiler: AdmissionCompiler;
  /** Those that are stored, by what they are for. */
  readonly validations: StoredExpressions;
  readonly messages: StoredExpressions;
  readonly annotations: StoredExpressions;
}

function checksOf({ spec }: Policy, old: Policy | undefined): Checks {
  const { validations = [], auditAnnotations = [] } = old?.spec ?? {};
  return {
    compiler: policyCompiler(spec, false),
    validations: new Set(validations.map(({ expression }) => expression)),
    messages: new Set(validations.flatMap(({ messageExpression }) => messageExpression ?? [])),
    annotations: new Set(auditAnnotations.map(({ valueExpression }) => valueExpression)),
  };
}

function validate(policy: Policy, old: Policy | undefined): FieldProblem[] {
  const { metadata, spec } = policy;
  const checks = checksOf(policy, old);
  const { compiler, validations: stored } = checks;
  const problems = policyProblems(spec, { old: old?.spec, isMutating: false, compiler, stored });
  const { validations = [], auditAnnotations = [] } = spec;
  if (validations.length + auditAnnotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    return [...problems, required('spec.validations', detail), required('spec.auditAnnotations', detail)];
  }
  problems.push(...validations.flatMap((item, i) => validationProblems(item, `spec.validations[${i}]`, checks)));
  if (auditAnnotations.length > MAX_ANNOTATIONS) {
    const detail = `must not have more than ${MAX_ANNOTATIONS} auditAnnotations`;
    problems.push(invalid('spec.auditAnnotations', auditAnnotations, detail));
  }
  for (const [i, annotation] of auditAnnotations.entries()) {
    const path = `spec.auditAnnotations[${i}]`;
    problems.push(...annotationProblems(annotation, metadata.name ?? '', path, checks));
    const isRepeated = auditAnnotations.findIndex(({ key }) => key === annotation.key) < i;
    if (isRepeated) problems.push(duplicate(`${path}.key`, annotation.key));
  }
  return problems;
}

function validationProblems(validation: Frozen<Validation>, path: string, checks: Checks): FieldProblem[] {
  const { expression, message = '', messageExpression = '', reason } = validation;
  const problems: FieldProblem[] = [];
  const at = `${path}.expression`;
  if (expression.trim() === '') problems.push(required(at, 'expression is not specified'));
  else {
    const condition = { text: expression, purpose: 'condition', path: at } as const;
    problems.push(...compileProblems(checks.compiler, condition, checks.validations));
  }
  problems.push(...messageProblems(messageExpression, `${path}.messageExpression`, checks));
  if (message !== '' && message.trim() === '') problems.push(invalid(`${path}.message`, message, BLANK));
  else if (/[\n\r]/.test(message.trim())) {
    problems.push(invalid(`${path}.message`, message, 'must not contain line breaks'));
  }
  if (reason !== undefined && !REASONS.includes(reason)) problems.push(notSupported(`${path}.reason`, reason, REASONS));
  return problems;
}

const BLANK = 'must be non-empty if specified';

function messageProblems(text: string, path: string, { compiler, messages }: Checks): FieldProblem[] {
  if (text === '') return [];
  if (text.trim() === '') return [invalid(path, text, BLANK)];
  return compileProblems(compiler, { text, purpose: 'message', path }, messages);
}

function annotationProblems(
  { key, valueExpression }: Frozen<AuditAnnotation>,
  name: string,
  path: string,
  { compiler, annotations }: Checks,
): FieldProblem[] {
  const full = `${name}/${key}`;
  const problems = qualifiedNameProblems(full).map((detail) => invalid(`${path}.key`, full, detail));
  const text = valueExpression.trim();
  const at = `${path}.valueExpression`;
  if (text === '') problems.push(required(at, 'valueExpression is not specified'));
  else if (text.length > MAX_EXPRESSION)
    problems.push(required(at, `must not exceed ${MAX_EXPRESSION} bytes in length`));
  else {
    const expression = { text, purpose: 'annotation', path: at, shown: valueExpression } as const;
    problems.push(...compileProblems(compiler, expression, annotations));
  }
  return problems;
}

function validateStatus({ status }: Policy): FieldProblem[] {
  const path = 'status.typeChecking.expressionWarnings';
  const problems = (status.typeChecking?.expressionWarnings ?? []).flatMap(({ warning, fieldRef }, i) => [
    ...(warning === '' ? [required(`${path}[${i}].warning`)] : []),
    ...(fieldRef.trim() === '' ? [required(`${path}[${i}].fieldRef`)] : []),
  ]);
  return [...problems, ...conditionProblems(status.conditions, 'status.conditions')];
}

export const definition: ResourceDefinition<ValidatingAdmissionPolicy> = {
  resource: 'validatingadmissionpolicies.admissionregistration.k8s.io',
  rechecksGenerateName: true,
  requiresResourceVersion: true,
  fillDefaults({ spec }) {
    spec.failurePolicy ??= 'Fail';
    fillMatchDefaults(spec.matchConstraints);
  },
  beforeCreate(policy) {
    clearStatus(policy, 'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus');
    return undefined;
  },
  checksEnums: true,
  validate: (policy, old) => [...validate(policy, old), ...(old ? [] : staticNameProblems(policy.metadata.name))],
  validateStatus,
  warnings: ({ metadata }, old) => (old ? staticNameWarnings(metadata.name) : []),
  generation: ({ spec }) => spec,
  statusKeeps: ['labels', 'annotations', 'finalizers', 'ownerReferences'],
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    spec.validations?.length ?? 0,
    paramKindCell(spec.paramKind),
    since(metadata.creationTimestamp, nowMs),
  ],
};
