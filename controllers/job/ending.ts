/** Whether a job has to end, and why: a job may meet several criteria at once, and their order is upstream's. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Job, Pod } from '../../server/kube/types.gen.ts';
import { type Condition, failing, finalOf, succeeding, trueCondition } from './conditions.ts';
import { countIndexes } from './index-ranges.ts';
import { isSuspended } from './job.ts';
import { lookAgain, type Pass } from './pass.ts';
import { failJobMessage } from './pod-failures.ts';
import { successMessage } from './success-policy.ts';

/** What was decided in an earlier pass stays decided. */
export function endingOf(pass: Pass): Condition | undefined {
  const nowMs = pass.env.clock.now();
  const { job, pods, status } = pass;
  const success = trueCondition(status, 'SuccessCriteriaMet');
  if (success) return success;
  const failure = trueCondition(status, 'FailureTarget');
  if (failure) return finalOf(failure, nowMs);
  const message = failJobMessage(job, pods);
  if (message !== undefined) return failing('PodFailurePolicy', message, nowMs);
  return limitReached(pass, nowMs) ?? indexLimitReached(pass, nowMs) ?? policyMet(pass, nowMs);
}

/** The condition of a job that has all its completions. */
export function completion({ env }: Pass): Condition {
  return succeeding('CompletionsReached', 'Reached expected number of succeeded pods', env.clock.now());
}

function limitReached(pass: Pass, nowMs: number): Condition | undefined {
  const { job, pods, failed, status } = pass;
  const { activeDeadlineSeconds, backoffLimit = 0 } = job.spec;
  if (failed > backoffLimit || tooManyRestarts(job, pods)) {
    return failing('BackoffLimitExceeded', 'Job has reached the specified backoff limit', nowMs);
  }
  if (activeDeadlineSeconds === undefined || status.startTime === undefined || isSuspended(job)) return undefined;
  const leftMs = Date.parse(status.startTime) + activeDeadlineSeconds * 1000 - nowMs;
  if (leftMs <= 0) return failing('DeadlineExceeded', 'Job was active longer than specified deadline', nowMs);
  lookAgain(pass, leftMs);
  return undefined;
}

/** Pods that restart their own containers do not fail: their restarts are counted instead. */
function tooManyRestarts({ spec }: Frozen<Job>, pods: readonly Frozen<Pod>[]): boolean {
  if (spec.template.spec.restartPolicy !== 'OnFailure') return false;
  const { backoffLimit = 0 } = spec;
  let restarts = 0;
  for (const { status } of pods) {
    if (status.phase !== 'Running' && status.phase !== 'Pending') continue;
    for (const { restartCount } of status.initContainerStatuses ?? []) restarts += restartCount;
    for (const { restartCount } of status.containerStatuses ?? []) restarts += restartCount;
  }
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

function indexLimitReached({ job, indexes }: Pass, nowMs: number): Condition | undefined {
  if (!indexes?.failed) return undefined;
  const { completions = 0, maxFailedIndexes } = job.spec;
  const failed = countIndexes(indexes.failed);
  if (maxFailedIndexes !== undefined && failed > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes';
    return failing('MaxFailedIndexesExceeded', message, nowMs);
  }
  if (failed === 0 || failed + countIndexes(indexes.succeeded) < completions) return undefined;
  return failing('FailedIndexes', 'Job has failed indexes', nowMs);
}

function policyMet({ job, indexes }: Pass, nowMs: number): Condition | undefined {
  const message = indexes && successMessage(job.spec, indexes.succeeded);
  return message === undefined ? undefined : succeeding('SuccessPolicy', message, nowMs);
}
