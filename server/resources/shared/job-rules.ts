/** Rules of the spec of a job, also of the one in a cron job: validateJobSpec in pkg/apis/batch/validation. */
import type { Frozen } from '../../base/freeze.ts';
import { domainPrefixedPathProblems } from '../../kube/domain-path.ts';
import { type FieldProblem, invalid, notSupported, required, tooLong } from '../../kube/field-problem.ts';
import type { JobSpec } from '../../kube/types.gen.ts';
import { failurePolicyProblems, successPolicyProblems } from './job-policy-rules.ts';
import { negativeProblems } from './number-rules.ts';
import { podTemplateProblems } from './pod-spec-rules.ts';
import { podTemplateWarnings } from './pod-warnings.ts';

type Spec = Frozen<JobSpec>;

const COUNTS = [
  'parallelism',
  'completions',
  'activeDeadlineSeconds',
  'backoffLimit',
  'ttlSecondsAfterFinished',
  'backoffLimitPerIndex',
  'maxFailedIndexes',
] as const;
const MODES = ['NonIndexed', 'Indexed'];
const INDEXED = 'completion mode is Indexed';
const MAX_MANAGED_BY_BYTES = 63;
/** Above this many completions, a job with a limit for each index has to keep its status small. */
const MANY_COMPLETIONS = 100_000;
const MAX_PARALLELISM = 100_000;
const MAX_FAILED_INDEXES = 100_000;
const MAX_PARALLELISM_OF_MANY = 10_000;
const MAX_FAILED_INDEXES_OF_MANY = 10_000;

/** Rules without those of the selector, which only jobs themselves have. */
export function jobSpecProblems(spec: Spec, path: string): FieldProblem[] {
  const problems = COUNTS.flatMap((field) => negativeProblems(`${path}.${field}`, spec[field]));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    problems.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'));
  }
  return [
    ...problems,
    ...managedByProblems(spec.managedBy, `${path}.managedBy`),
    ...completionModeProblems(spec, path),
    ...failurePolicyProblems(spec, path),
    ...successPolicyProblems(spec, path),
    ...replacementProblems(spec, `${path}.podReplacementPolicy`),
    ...podTemplateProblems(spec.template, `${path}.template`),
    ...restartPolicyProblems(spec, `${path}.template.spec.restartPolicy`),
  ];
}

function managedByProblems(managedBy: string | undefined, path: string): FieldProblem[] {
  if (managedBy === undefined) return [];
  const isTooLong = Buffer.byteLength(managedBy) > MAX_MANAGED_BY_BYTES;
  return [...domainPrefixedPathProblems(path, managedBy), ...(isTooLong ? [tooLong(path, MAX_MANAGED_BY_BYTES)] : [])];
}

function completionModeProblems(spec: Spec, path: string): FieldProblem[] {
  const { completionMode: mode = 'NonIndexed', backoffLimitPerIndex, maxFailedIndexes } = spec;
  if (!MODES.includes(mode)) return [notSupported(`${path}.completionMode`, mode, MODES)];
  if (mode === 'Indexed') return indexedProblems(spec, path);
  const problems: FieldProblem[] = [];
  const detail = 'requires indexed completion mode';
  if (backoffLimitPerIndex !== undefined) {
    problems.push(invalid(`${path}.backoffLimitPerIndex`, backoffLimitPerIndex, detail));
  }
  if (maxFailedIndexes !== undefined) problems.push(invalid(`${path}.maxFailedIndexes`, maxFailedIndexes, detail));
  return problems;
}

function indexedProblems(spec: Spec, path: string): FieldProblem[] {
  const { completions, parallelism = 0, maxFailedIndexes, backoffLimitPerIndex } = spec;
  const failed = maxFailedIndexes ?? 0;
  const problems: FieldProblem[] = [];
  const limit = (field: string, value: number, most: number | string, max: number, when = ''): void => {
    if (value > max) problems.push(invalid(`${path}.${field}`, value, `must be less than or equal to ${most}${when}`));
  };
  if (completions === undefined) problems.push(required(`${path}.completions`, `when ${INDEXED}`));
  limit('parallelism', parallelism, MAX_PARALLELISM, MAX_PARALLELISM, ` when ${INDEXED}`);
  if (completions !== undefined) limit('maxFailedIndexes', failed, 'completions', completions);
  limit('maxFailedIndexes', failed, MAX_FAILED_INDEXES, MAX_FAILED_INDEXES);
  if ((completions ?? 0) <= MANY_COMPLETIONS || backoffLimitPerIndex === undefined) return problems;
  if (maxFailedIndexes === undefined) {
    const detail = `must be specified when completions is above ${MANY_COMPLETIONS}`;
    problems.push(required(`${path}.maxFailedIndexes`, detail));
  }
  const when = ` when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  limit('parallelism', parallelism, MAX_PARALLELISM_OF_MANY, MAX_PARALLELISM_OF_MANY, when);
  limit('maxFailedIndexes', failed, MAX_FAILED_INDEXES_OF_MANY, MAX_FAILED_INDEXES_OF_MANY, when);
  return problems;
}

/** With a failure policy, pods are replaced only after they have failed. */
function replacementProblems(spec: Spec, path: string): FieldProblem[] {
  const { podReplacementPolicy: policy, podFailurePolicy } = spec;
  const choices = podFailurePolicy ? ['Failed'] : ['Failed', 'TerminatingOrFailed'];
  return policy === undefined || choices.includes(policy) ? [] : [notSupported(path, policy, choices)];
}

/** Always is what a template gets that says nothing, so the message does not call it unsupported. */
function restartPolicyProblems(spec: Spec, path: string): FieldProblem[] {
  const { restartPolicy = '' } = spec.template.spec;
  if (restartPolicy === '' || restartPolicy === 'Always') return [required(path, 'valid values: "OnFailure", "Never"')];
  if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never') {
    return [notSupported(path, restartPolicy, ['OnFailure', 'Never'])];
  }
  if (!spec.podFailurePolicy || restartPolicy === 'Never') return [];
  return [invalid(path, restartPolicy, 'only "Never" is supported when podFailurePolicy is specified')];
}

/** WarningsForJobSpec. */
export function jobSpecWarnings(spec: Spec, path: string): string[] {
  const { completionMode, completions = 0, parallelism = 0, template } = spec;
  const isHuge = completions > MANY_COMPLETIONS && parallelism > MAX_PARALLELISM_OF_MANY;
  const intro = 'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4';
  const end = 'Kubernetes might not be able to track completedIndexes when a big number of indexes fail';
  const own = completionMode === 'Indexed' && isHuge ? [`${path}: ${intro}, ${end}`] : [];
  return [...own, ...podTemplateWarnings(template, `${path}.template`)];
}
