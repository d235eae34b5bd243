/** The indexes of an indexed job: which have succeeded, which have failed, and which need a pod. */
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import type { Job, Pod } from '../../server/kube/types.gen.ts';
import { isPodTerminating } from '../lib/pods.ts';
import { finishedAtMs } from './backoff.ts';
import { hasIndex, type IndexRanges, mergeRanges, missingIndexes, parseRanges, withIndexes } from './index-ranges.ts';
import { hasLimitPerIndex, hasTrackingFinalizer, indexOf, replacesOnlyFailed, validIndexOf } from './job.ts';
import { isPodFailed, verdictOf } from './pod-failures.ts';

const FAILURES = 'batch.kubernetes.io/job-index-failure-count';
const IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count';
const INT32_MAX = 2 ** 31 - 1;

export interface IndexState {
  /** What the status says. */
  readonly counted: IndexRanges;
  /** With those of pods that have succeeded since. */
  readonly succeeded: IndexRanges;
  /** Only of jobs with a limit for each index. */
  readonly failed?: IndexRanges;
  /** The failed pods whose finalizer stays until their replacement has taken over their count of failures. */
  readonly awaitingReplacement: ReadonlyMap<number, Frozen<Pod>>;
}

export function indexStateOf(
  job: Frozen<Job>,
  pods: readonly Frozen<Pod>[],
  activePods: readonly Frozen<Pod>[],
): IndexState {
  const { completions = 0 } = job.spec;
  const { completedIndexes = '', failedIndexes = '' } = job.status;
  const counted = parseRanges(completedIndexes, completions);
  const tracked = pods.filter((pod) => hasTrackingFinalizer(pod) && validIndexOf(pod, job) !== undefined);
  const succeeded = withIndexes(counted, indexesOf(tracked.filter(({ status }) => status.phase === 'Succeeded')));
  if (!hasLimitPerIndex(job)) return { counted, succeeded, awaitingReplacement: new Map() };
  const newlyFailed = indexesOf(tracked.filter((pod) => hasIndexFailed(job, pod)));
  const failed = withIndexes(parseRanges(failedIndexes, completions), newlyFailed);
  const active = indexesOf(activePods);
  const awaitingReplacement = new Map<number, Frozen<Pod>>();
  for (const pod of tracked) {
    const index = indexOf(pod) ?? 0;
    if (!isPodFailed(pod, job) || hasIndex(succeeded, index) || hasIndex(failed, index) || active.has(index)) continue;
    const other = awaitingReplacement.get(index);
    if (!other || isLater(pod, other)) awaitingReplacement.set(index, pod);
  }
  return { counted, succeeded, failed, awaitingReplacement };
}

function indexesOf(pods: readonly Frozen<Pod>[]): Set<number> {
  return new Set(pods.map(indexOf).filter((index) => index !== undefined));
}

function isLater(pod: Frozen<Pod>, other: Frozen<Pod>): boolean {
  return allFailures(other) <= allFailures(pod) && finishedAtMs(pod) >= finishedAtMs(other);
}

function hasIndexFailed(job: Frozen<Job>, pod: Frozen<Pod>): boolean {
  if (!isPodFailed(pod, job)) return false;
  const { action, counts } = verdictOf(job, pod);
  if (action === 'FailIndex') return true;
  return counts && countIn(pod, FAILURES) >= (job.spec.backoffLimitPerIndex ?? 0);
}

/** How often pods of this index have failed before, as the pod says; what is no number counts as none. */
function countIn({ metadata }: Frozen<Pod>, annotation: string): number {
  const text = getOwn(metadata.annotations, annotation) ?? '0';
  const count = /^[-+]?\d+$/.test(text) ? Number(text) : 0;
  return count < 0 || count > INT32_MAX ? 0 : count;
}

/** Counted or ignored. */
export function allFailures(pod: Frozen<Pod>): number {
  return countIn(pod, FAILURES) + countIn(pod, IGNORED_FAILURES);
}

/** What the pod that replaces a failed one says of the failures of its index. */
export function failureAnnotations(job: Frozen<Job>, replaced: Frozen<Pod> | undefined): Record<string, string> {
  if (!replaced) return { [FAILURES]: '0' };
  const { counts } = verdictOf(job, replaced);
  const ignored = countIn(replaced, IGNORED_FAILURES) + (counts ? 0 : 1);
  return {
    [FAILURES]: String(countIn(replaced, FAILURES) + (counts ? 1 : 0)),
    ...(ignored > 0 && { [IGNORED_FAILURES]: String(ignored) }),
  };
}

/** The lowest indexes that need a pod. */
export function pendingIndexes(
  job: Frozen<Job>,
  state: IndexState,
  pods: readonly Frozen<Pod>[],
  activePods: readonly Frozen<Pod>[],
  count: number,
): number[] {
  let taken = withIndexes(state.succeeded, indexesOf(activePods));
  if (replacesOnlyFailed(job)) taken = withIndexes(taken, indexesOf(pods.filter(isPodTerminating)));
  return missingIndexes(mergeRanges(taken, state.failed ?? []), count, job.spec.completions ?? 0);
}
