/** What one look at a job and its pods finds, and what the parts of a pass hand to each other. */
import { type Frozen, thaw } from '../../server/base/freeze.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Job, JobStatus, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { isPodActive, isPodReady, isPodTerminating } from '../lib/pods.ts';
import { type Failures, failuresOf } from './backoff.ts';
import type { Condition } from './conditions.ts';
import { countIndexes } from './index-ranges.ts';
import { type IndexState, indexStateOf } from './indexes.ts';
import { hasTrackingFinalizer, isIndexed, validIndexOf } from './job.ts';
import { countedFailures, isPodFailed } from './pod-failures.ts';

export interface Pass {
  readonly key: Key;
  readonly env: ControllerEnv;
  /** As the server knows it; a newer version after each write. */
  job: Frozen<Job>;
  /** The status that is going to be written. */
  status: JobStatus;
  readonly pods: readonly Frozen<Pod>[];
  readonly activePods: readonly Frozen<Pod>[];
  /** Counts as they will be when what this pass asks for has happened. */
  active: number;
  ready: number;
  terminating: number;
  /** With those that the status does not count yet. */
  readonly succeeded: number;
  readonly failed: number;
  readonly failures: Failures;
  /** Only of indexed jobs. */
  readonly indexes: IndexState | undefined;
  /** How the job is going to end, if it is. */
  ending: Condition | undefined;
  /** When to look again although nothing changed. */
  againInMs: number | undefined;
}

export function passOf(key: Key, job: Frozen<Job>, pods: readonly Frozen<Pod>[], env: ControllerEnv): Pass {
  const activePods = pods.filter(isPodActive);
  const status = thaw<JobStatus>(job.status);
  const uncounted = status.uncountedTerminatedPods ?? {};
  status.uncountedTerminatedPods = uncounted;
  const { succeeded: uncountedSucceeded = [], failed: uncountedFailed = [] } = uncounted;
  const newlySucceeded = newlyEnded(job, pods, uncountedSucceeded).filter((pod) => pod.status.phase === 'Succeeded');
  const newlyFailed = newlyEnded(job, pods, uncountedFailed).filter((pod) => isPodFailed(pod, job));
  const indexes = isIndexed(job) ? indexStateOf(job, pods, activePods) : undefined;
  return {
    key,
    env,
    job,
    status,
    pods,
    activePods,
    active: activePods.length,
    ready: activePods.filter(isPodReady).length,
    terminating: pods.filter(isPodTerminating).length,
    succeeded: indexes
      ? countIndexes(indexes.succeeded)
      : (status.succeeded ?? 0) + newlySucceeded.length + uncountedSucceeded.length,
    failed: (status.failed ?? 0) + countedFailures(job, newlyFailed) + uncountedFailed.length,
    failures: failuresOf(key, env, newlySucceeded, newlyFailed),
    indexes,
    ending: undefined,
    againInMs: undefined,
  };
}

/** Looks again after this time, or earlier. */
export function lookAgain(pass: Pass, inMs: number): void {
  pass.againInMs = Math.min(pass.againInMs ?? Number.POSITIVE_INFINITY, inMs);
}

/** Pods that nobody has counted: those with the finalizer, of an index that the job has. */
function newlyEnded(
  job: Frozen<Job>,
  pods: readonly Frozen<Pod>[],
  uncounted: readonly string[],
): readonly Frozen<Pod>[] {
  const known = new Set(uncounted);
  return pods.filter(
    (pod) =>
      hasTrackingFinalizer(pod) &&
      !known.has(pod.metadata.uid ?? '') &&
      (!isIndexed(job) || validIndexOf(pod, job) !== undefined),
  );
}
