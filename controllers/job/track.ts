/**
 * How ended pods are counted, each once, whatever happens in between: first their uids go into the status, then they
 * lose their finalizers, then the counts grow and the uids go (trackJobStatusAndRemoveFinalizers).
 */
import type { Frozen } from '../../server/base/freeze.ts';
import type { JobStatus, Pod } from '../../server/kube/types.gen.ts';
import { rememberFailures } from './backoff.ts';
import { ensureCondition, finalOf, trueCondition } from './conditions.ts';
import { countIndexes, hasIndex, rangesText } from './index-ranges.ts';
import { hasTrackingFinalizer, indexOf, validIndexOf } from './job.ts';
import type { Pass } from './pass.ts';
import { isPodFailed, verdictOf } from './pod-failures.ts';
import { releasePod } from './release.ts';
import { writeStatus } from './status.ts';

/** A status does not name more pods than this (MaxUncountedPods). */
const MOST_UNCOUNTED = 500;

/** @param isNews whether the status says something new already */
export async function track(pass: Pass, isNews: boolean): Promise<void> {
  const tracked = new Set(pass.pods.filter(hasTrackingFinalizer).map(uidOf));
  const isSettled = settleCounts(pass.status, tracked);
  const { pods, isAll, counted } = countEnded(pass);
  const isIndexNews = pass.indexes !== undefined && tellIndexes(pass);
  if (tellEnding(pass) || isNews || isSettled || counted || isIndexNews) {
    await writeStatus(pass);
    rememberFailures(pass.key, pass.env, pass.failures);
  }
  const results = await Promise.allSettled(
    pods.map(async (pod) => {
      await releasePod(pass, pod);
      tracked.delete(uidOf(pod));
    }),
  );
  const failure = results.find((result) => result.status === 'rejected');
  const isCounted = settleCounts(pass.status, tracked);
  if (failure) {
    if (isCounted) await writeStatus(pass);
    throw failure.reason;
  }
  const isFinished = isAll && finish(pass);
  if (isCounted || isFinished) await writeStatus(pass);
  if (isFinished) tellFinished(pass);
}

const uidOf = ({ metadata }: Frozen<Pod>): string => metadata.uid ?? '';

/** Counts the pods whose finalizers are gone. @returns whether there were any */
function settleCounts(status: JobStatus, tracked: ReadonlySet<string>): boolean {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const left = {
    succeeded: succeeded.filter((uid) => tracked.has(uid)),
    failed: failed.filter((uid) => tracked.has(uid)),
  };
  const [newSucceeded, newFailed] = [succeeded.length - left.succeeded.length, failed.length - left.failed.length];
  status.succeeded = (status.succeeded ?? 0) + newSucceeded;
  status.failed = (status.failed ?? 0) + newFailed;
  status.uncountedTerminatedPods = left;
  return newSucceeded + newFailed > 0;
}

interface Counting {
  /** The pods that may lose their finalizers. */
  readonly pods: readonly Frozen<Pod>[];
  /** Whether none was left for the next pass. */
  readonly isAll: boolean;
  /** Whether the status has to be written before. */
  readonly counted: boolean;
}

function countEnded(pass: Pass): Counting {
  const { status, indexes } = pass;
  // settleCounts() made these lists.
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  const known = new Set([...succeeded, ...failed]);
  const isKnownFailed = new Set(failed);
  const pods: Frozen<Pod>[] = [];
  const newIndexes = new Set<number>();
  let counted = false;
  for (const pod of inIndexOrder(pass)) {
    if (!hasTrackingFinalizer(pod) || !mayRelease(pass, pod)) continue;
    pods.push(pod);
    const uid = uidOf(pod);
    if (pod.status.phase === 'Succeeded' && !isKnownFailed.has(uid)) {
      const index = validIndexOf(pod, pass.job);
      if (!indexes) {
        if (!known.has(uid)) counted = succeeded.push(uid) > 0;
      } else if (index !== undefined && !hasIndex(indexes.counted, index)) {
        newIndexes.add(index);
        counted = true;
      }
    } else if (!isKnownFailed.has(uid) && countsAsFailed(pass, pod)) {
      counted = failed.push(uid) > 0;
    }
    if (newIndexes.size + succeeded.length + failed.length >= MOST_UNCOUNTED) {
      return { pods, isAll: false, counted };
    }
  }
  return { pods, isAll: true, counted };
}

function inIndexOrder({ pods, indexes }: Pass): readonly Frozen<Pod>[] {
  return indexes ? [...pods].sort((a, b) => (indexOf(a) ?? -1) - (indexOf(b) ?? -1)) : pods;
}

/** Whether a pod has nothing left to tell (canRemoveFinalizer). */
function mayRelease({ job, ending, indexes }: Pass, pod: Frozen<Pod>): boolean {
  if (job.metadata.deletionTimestamp !== undefined || ending || pod.status.phase === 'Succeeded') return true;
  if (!isPodFailed(pod, job)) return false;
  const index = indexOf(pod);
  const awaited = index === undefined ? undefined : indexes?.awaitingReplacement.get(index);
  return awaited === undefined || uidOf(awaited) !== uidOf(pod);
}

/** When a job fails, whatever still ran has failed too. */
function countsAsFailed({ job, ending, indexes }: Pass, pod: Frozen<Pod>): boolean {
  const endsBadly = ending !== undefined && ending.type !== 'SuccessCriteriaMet';
  if (!isPodFailed(pod, job) && !endsBadly) return false;
  if (indexes && validIndexOf(pod, job) === undefined) return false;
  return verdictOf(job, pod).counts;
}

/** @returns whether the status of an indexed job says something new */
function tellIndexes({ status, indexes }: Pass): boolean {
  if (!indexes) return false;
  const completedIndexes = rangesText(indexes.succeeded);
  const failedIndexes = indexes.failed && rangesText(indexes.failed);
  const isNews = completedIndexes !== (status.completedIndexes ?? '') || failedIndexes !== status.failedIndexes;
  status.succeeded = countIndexes(indexes.succeeded);
  status.completedIndexes = completedIndexes;
  if (failedIndexes === undefined) delete status.failedIndexes;
  else status.failedIndexes = failedIndexes;
  return isNews;
}

/** Says that the job is going to end, before its pods lose their finalizers. @returns whether that is new */
function tellEnding(pass: Pass): boolean {
  const { ending, status, env } = pass;
  if (!ending || ending.type === 'Failed') return false;
  pass.ending = finalOf(ending, env.clock.now());
  if (trueCondition(status, ending.type)) return false;
  status.conditions = [...(status.conditions ?? []), { ...ending }];
  return true;
}

/** @returns whether the job is over, and nothing of it is left to be counted */
function finish({ ending, status, terminating }: Pass): boolean {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {};
  if (!ending || succeeded.length + failed.length > 0 || terminating > 0) return false;
  ensureCondition(status, { ...ending });
  if (ending.type === 'Complete' && ending.lastTransitionTime) status.completionTime = ending.lastTransitionTime;
  return true;
}

function tellFinished({ ending, job, env }: Pass): void {
  if (ending?.type !== 'Complete') {
    env.event(job, 'Warning', ending?.reason ?? '', ending?.message ?? '');
    return;
  }
  const { completions } = job.spec;
  if (completions !== undefined && (job.status.succeeded ?? 0) > completions) {
    const message = 'Too many succeeded pods running after completion count reached';
    env.event(job, 'Warning', 'TooManySucceededPods', message);
  }
  env.event(job, 'Normal', 'Completed', 'Job completed');
}
