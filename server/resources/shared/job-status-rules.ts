/**
 * Rules of the status of a job (pkg/apis/batch/validation). What a job cannot have is refused only when the write
 * brings it about, so that a job which already has it can be put right.
 */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, immutable, invalid, required } from '../../kube/field-problem.ts';
import type { Job } from '../../kube/types.gen.ts';
import { commonIndex, countIndexes } from './index-intervals.ts';
import { internalForm } from './internal-form.ts';
import { negativeProblems } from './number-rules.ts';
import { invalidOmitted } from './omitted-value.ts';

const CONDITIONS = 'status.conditions';

/** What the rules ask of a job. */
interface JobFacts {
  readonly job: Frozen<Job>;
  readonly isComplete: boolean;
  readonly isFailed: boolean;
  readonly isFailing: boolean;
  readonly isSuccess: boolean;
  readonly isFinished: boolean;
}

/** Whether a job has a condition with this status. */
export function hasJobCondition({ status }: Frozen<Job>, type: string, value = 'True'): boolean {
  return status.conditions?.some((condition) => condition.type === type && condition.status === value) ?? false;
}

function factsOf(job: Frozen<Job>): JobFacts {
  const [isComplete, isFailed] = [hasJobCondition(job, 'Complete'), hasJobCondition(job, 'Failed')];
  return {
    job,
    isComplete,
    isFailed,
    isFailing: hasJobCondition(job, 'FailureTarget'),
    isSuccess: hasJobCondition(job, 'SuccessCriteriaMet'),
    isFinished: isComplete || isFailed,
  };
}

/** Problems of a change through the status subresource, in upstream's order. */
export function jobStatusProblems(job: Frozen<Job>, oldJob: Frozen<Job>): FieldProblem[] {
  const [next, old] = [factsOf(job), factsOf(oldJob)];
  return [
    ...countProblems(job),
    ...timeProblems(next, old),
    ...finishProblems(next, old),
    ...indexProblems(job, oldJob),
    ...podCountProblems(next, old),
    ...contradictions(next),
    ...reversals(next, old),
  ];
}

function countProblems({ status }: Frozen<Job>): FieldProblem[] {
  const counts = ['active', 'succeeded', 'failed', 'ready', 'terminating'] as const;
  const problems = counts.flatMap((field) => negativeProblems(`status.${field}`, status[field]));
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const seen = new Set<string>();
  for (const [field, uids] of Object.entries({ succeeded, failed })) {
    uids.forEach((uid, i) => {
      const path = `status.uncountedTerminatedPods.${field}[${i}]`;
      if (uid === '') problems.push(invalid(path, uid, 'must not be empty'));
      else if (seen.has(uid)) problems.push(duplicate(path, uid));
      seen.add(uid);
    });
  }
  return problems;
}

function timeProblems(next: JobFacts, old: JobFacts): FieldProblem[] {
  const { isComplete } = next;
  const { startTime, completionTime } = next.job.status;
  const problems: FieldProblem[] = [];
  const completed = isComplete !== old.isComplete;
  if ((completed || next.isFailed !== old.isFailed) && isComplete && next.isFailed) {
    problems.push(invalidOmitted(CONDITIONS, 'cannot set Complete=True and Failed=true conditions'));
  }
  if ((completed || next.isFailing !== old.isFailing) && isComplete && next.isFailing) {
    problems.push(invalidOmitted(CONDITIONS, 'cannot set Complete=True and FailureTarget=true conditions'));
  }
  const path = 'status.completionTime';
  const isRetimed = completionTime !== old.job.status.completionTime;
  if (completed || isRetimed) {
    const detail = 'cannot set completionTime when there is no Complete=True condition';
    if (completionTime && !isComplete) problems.push(invalid(path, completionTime, detail));
    const missing = 'completionTime is required for Complete jobs';
    if (!completionTime && isComplete) problems.push(required(path, missing));
  }
  if (isRetimed || startTime !== old.job.status.startTime) {
    const isReversed = startTime && completionTime && Date.parse(completionTime) < Date.parse(startTime);
    if (isReversed) problems.push(invalid(path, completionTime, 'must be equal to or after `startTime`'));
  }
  return problems;
}

function finishProblems(next: JobFacts, old: JobFacts): FieldProblem[] {
  const { spec, status } = next.job;
  const problems: FieldProblem[] = [];
  const isNew = (fact: 'isComplete' | 'isFailed' | 'isSuccess' | 'isFinished'): boolean => next[fact] !== old[fact];
  if (
    (isNew('isFailed') || status.failedIndexes !== old.job.status.failedIndexes) &&
    next.isFailed &&
    !next.isFailing
  ) {
    problems.push(
      invalidOmitted(CONDITIONS, 'cannot set Failed=True condition without the FailureTarget=true condition'),
    );
  }
  if ((isNew('isComplete') || isNew('isSuccess')) && next.isComplete && !next.isSuccess) {
    const detail = 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition';
    problems.push(invalidOmitted(CONDITIONS, detail));
  }
  if (!next.isFinished) return problems;
  const { active = 0, uncountedTerminatedPods: uncounted } = status;
  if ((isNew('isFinished') || active !== (old.job.status.active ?? 0)) && active > 0) {
    problems.push(invalid('status.active', active, 'active>0 is invalid for finished job'));
  }
  const neverStarts = spec.suspend === true && spec.completions === 0;
  const isRestarted = isNew('isFinished') || status.startTime !== old.job.status.startTime;
  if (isRestarted && !neverStarts && !status.startTime) {
    problems.push(required('status.startTime', 'startTime is required for finished job'));
  }
  const isRecounted = isNew('isFinished') || !deepEqual(uncounted, old.job.status.uncountedTerminatedPods);
  if (isRecounted && uncounted && (uncounted.failed?.length ?? 0) + (uncounted.succeeded?.length ?? 0) > 0) {
    const shown = internalForm(uncounted, 'io.k8s.api.batch.v1.UncountedTerminatedPods');
    problems.push(invalid('status.uncountedTerminatedPods', shown, 'must be empty for finished job'));
  }
  return problems;
}

function indexProblems({ spec, status }: Frozen<Job>, old: Frozen<Job>): FieldProblem[] {
  const { completedIndexes = '', failedIndexes } = status;
  const { completions, backoffLimitPerIndex } = spec;
  const newCompleted = completedIndexes !== (old.status.completedIndexes ?? '');
  const newFailed = failedIndexes !== old.status.failedIndexes;
  const problems: FieldProblem[] = [];
  if (newCompleted && completions !== undefined) {
    problems.push(...formatProblems('completedIndexes', completedIndexes, completions));
  }
  if (newFailed && failedIndexes !== undefined && completions !== undefined && backoffLimitPerIndex !== undefined) {
    problems.push(...formatProblems('failedIndexes', failedIndexes, completions));
  }
  if (newCompleted && completedIndexes !== '' && spec.completionMode !== 'Indexed') {
    const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode';
    problems.push(invalid('status.completedIndexes', completedIndexes, detail));
  }
  if (newFailed && failedIndexes !== undefined && backoffLimitPerIndex === undefined) {
    const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null';
    problems.push(invalid('status.failedIndexes', failedIndexes, detail));
  }
  if ((newCompleted || newFailed) && completions !== undefined && completedIndexes && failedIndexes) {
    const common = commonIndex(completedIndexes, failedIndexes, completions);
    const detail = `failedIndexes and completedIndexes overlap at index: ${common}`;
    if (common !== undefined) problems.push(invalid('status.failedIndexes', failedIndexes, detail));
  }
  return problems;
}

function formatProblems(field: string, indexes: string, completions: number): FieldProblem[] {
  try {
    countIndexes(indexes, completions);
    return [];
  } catch (error) {
    return [invalid(`status.${field}`, indexes, `error parsing ${field}: ${(error as Error).message}`)];
  }
}

function podCountProblems(next: JobFacts, old: JobFacts): FieldProblem[] {
  const { terminating, ready, active = 0 } = next.job.status;
  const before = old.job.status;
  const problems: FieldProblem[] = [];
  const isNew = next.isFinished !== old.isFinished || terminating !== before.terminating;
  if (isNew && next.isFinished && terminating !== undefined && terminating > 0) {
    problems.push(invalid('status.terminating', terminating, 'terminating>0 is invalid for finished job'));
  }
  const isRecounted = ready !== before.ready || active !== (before.active ?? 0);
  if (isRecounted && ready !== undefined && ready > active) {
    problems.push(invalid('status.ready', ready, 'cannot set more ready pods than active'));
  }
  return problems;
}

function contradictions({ job, isComplete, isFailed, isFailing, isSuccess }: JobFacts): FieldProblem[] {
  const details: string[] = [];
  if (isSuccess && isFailed) details.push('cannot set SuccessCriteriaMet=True and Failed=true conditions');
  if (isSuccess && isFailing) details.push('cannot set SuccessCriteriaMet=True and FailureTarget=true conditions');
  if (job.spec.successPolicy && isComplete && !isSuccess) {
    details.push('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True');
  }
  return details.map((detail) => invalidOmitted(CONDITIONS, detail));
}

function reversals(next: JobFacts, old: JobFacts): FieldProblem[] {
  const { spec, status } = next.job;
  const before = old.job.status;
  const problems: FieldProblem[] = [];
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (hasJobCondition(old.job, type) && !hasJobCondition(next.job, type)) {
      problems.push(invalidOmitted(CONDITIONS, `cannot disable the terminal ${type}=True condition`));
    }
  }
  const isElastic = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism;
  for (const field of ['failed', ...(isElastic ? [] : (['succeeded'] as const))] as const) {
    if ((status[field] ?? 0) >= (before[field] ?? 0)) continue;
    problems.push(invalid(`status.${field}`, status[field] ?? 0, `cannot decrease the ${field} counter`));
  }
  const { completionTime, startTime } = status;
  if (completionTime && before.completionTime && completionTime !== before.completionTime) {
    problems.push(immutable('status.completionTime', completionTime));
  }
  const isResuming = hasJobCondition(old.job, 'Suspended') && hasJobCondition(next.job, 'Suspended', 'False');
  if (before.startTime && startTime !== before.startTime && !isResuming && !spec.suspend) {
    const detail = 'field is immutable for unsuspended job once set';
    problems.push(invalid('status.startTime', startTime, detail));
  }
  if (old.isSuccess && !next.isSuccess) {
    problems.push(invalidOmitted(CONDITIONS, 'cannot disable the SuccessCriteriaMet=True condition'));
  }
  if (old.isComplete && !old.isSuccess && next.isSuccess) {
    const detail = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions';
    problems.push(invalidOmitted(CONDITIONS, detail));
  }
  return problems;
}
