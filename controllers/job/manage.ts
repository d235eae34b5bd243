/** How many pods a job runs: manageJob in pkg/controller/job/job_controller.go. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { expectationsOf } from '../lib/expectations.ts';
import { createPod, deletePod } from '../lib/pod-control.ts';
import { inDeletionOrder } from '../lib/pod-deletion-order.ts';
import { isPodReady, PODS } from '../lib/pods.ts';
import { slowStart } from '../lib/slow-start.ts';
import { isTerminating } from '../lib/terminating.ts';
import { finishedAtMs, remainingDelayMs } from './backoff.ts';
import { allFailures, pendingIndexes } from './indexes.ts';
import { hasLimitPerIndex, isSuspended, MOST_PODS_PER_PASS, replacesOnlyFailed, validIndexOf } from './job.ts';
import { newPod } from './new-pod.ts';
import { lookAgain, type Pass } from './pass.ts';
import { releasePod } from './release.ts';

/**
 * Deletes what is too much, or else makes what is missing.
 *
 * @returns what went wrong, which is thrown after the status has been written
 */
export async function managePods(pass: Pass): Promise<unknown> {
  const { job, activePods } = pass;
  if (isSuspended(job)) return deletePods(pass, podsToDelete(pass, activePods.length), true);
  const wanted = wantedPods(pass);
  const tooMany = podsToDelete(pass, Math.max(0, activePods.length - wanted)).slice(0, MOST_PODS_PER_PASS);
  if (tooMany.length > 0) return deletePods(pass, tooMany, true);
  const missing = wanted - activePods.length - (replacesOnlyFailed(job) ? pass.terminating : 0);
  return missing > 0 ? createPods(pass, missing) : undefined;
}

/**
 * Deletes the pods of a job that has to end. They keep their finalizers until they are counted; the job cannot end
 * while some of them are left.
 *
 * @returns what went wrong
 */
export async function endPods(pass: Pass): Promise<unknown> {
  const failure = await deletePods(pass, pass.activePods, false);
  if (failure !== undefined) pass.ending = undefined;
  return failure;
}

function wantedPods({ job, active, succeeded }: Pass): number {
  const { completions, parallelism = 0 } = job.spec;
  if (completions !== undefined) return Math.max(0, Math.min(completions - succeeded, parallelism));
  // Pods of a work queue know when it is empty: after the first success no new ones begin.
  return succeeded > 0 ? active : parallelism;
}

async function deletePods(pass: Pass, pods: readonly Frozen<Pod>[], releases: boolean): Promise<unknown> {
  const { env, key, job } = pass;
  const results = await Promise.allSettled(
    pods.map(async (pod) => {
      if (releases) await releasePod(pass, pod);
      await deletePod(env, job, pod);
      expectationsOf(env).deleted(key, PODS, pod);
      pass.active--;
      pass.terminating++;
      if (isPodReady(pod)) pass.ready--;
    }),
  );
  return results.find((result) => result.status === 'rejected')?.reason;
}

/** At least `count` pods; of an indexed job all that have no index of their own as well. */
function podsToDelete({ job, activePods, env, indexes }: Pass, count: number): readonly Frozen<Pod>[] {
  const nowMs = env.clock.now();
  const ordered = inDeletionOrder(activePods, nowMs, () => 0);
  if (!indexes) return ordered.slice(0, count);
  const last = new Map<number, Frozen<Pod>>();
  for (const pod of ordered) {
    const index = validIndexOf(pod, job);
    if (index !== undefined) last.set(index, pod);
  }
  const kept = new Set(last.values());
  const superfluous = ordered.filter((pod) => !kept.has(pod));
  const rest = ordered.filter((pod) => kept.has(pod));
  return [...superfluous, ...rest.slice(0, Math.max(0, count - superfluous.length))];
}

async function createPods(pass: Pass, missing: number): Promise<unknown> {
  const { env, key, job, indexes } = pass;
  const count = Math.min(missing, MOST_PODS_PER_PASS);
  if (!hasLimitPerIndex(job)) {
    const delayMs = remainingDelayMs(pass.failures, env.clock.now());
    if (delayMs > 0) {
      lookAgain(pass, delayMs);
      return undefined;
    }
  }
  const wanted = indexes ? indexesToCreate(pass, count) : Array.from({ length: count }, () => undefined);
  let next = 0;
  const { succeeded, error } = await slowStart(wanted.length, async () => {
    const index = wanted[next++];
    const replaced = index === undefined ? undefined : indexes?.awaitingReplacement.get(index);
    try {
      expectationsOf(env).wrote(key, PODS, await createPod(env, job, newPod(job, index, replaced)));
    } catch (failure) {
      if (!isTerminating(failure)) throw failure;
    }
  });
  pass.active += succeeded;
  return error;
}

/** The indexes that may have a pod now; each of them waits after its own failures if it has a limit of its own. */
function indexesToCreate(pass: Pass, count: number): number[] {
  const { env, job, indexes, pods, activePods } = pass;
  if (!indexes) return [];
  const pending = pendingIndexes(job, indexes, pods, activePods, count);
  if (!hasLimitPerIndex(job)) return pending;
  const delays = pending.map((index) => {
    const failed = indexes.awaitingReplacement.get(index);
    if (!failed) return 0;
    return remainingDelayMs({ count: allFailures(failed) + 1, lastMs: finishedAtMs(failed) }, env.clock.now());
  });
  const later = delays.filter((delayMs) => delayMs > 0);
  if (later.length > 0) lookAgain(pass, Math.min(...later));
  return pending.filter((_, i) => delays[i] === 0);
}
