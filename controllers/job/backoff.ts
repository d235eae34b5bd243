/** How long a job waits before it tries again after a failure, by the times at which its pods ended. */
import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, keyText } from '../../server/kube/object.ts';
import type { ContainerStatus, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { readyCondition } from '../lib/pods.ts';

/** DefaultJobPodFailureBackOff and MaxJobPodFailureBackOff. */
const FIRST_DELAY_MS = 10 * 1000;
const LONGEST_DELAY_MS = 10 * 60 * 1000;

/** Failures that no success has followed yet. */
export interface Failures {
  readonly count: number;
  readonly lastMs?: number;
}

const NO_FAILURES: Failures = { count: 0 };

const perController = new WeakMap<ControllerEnv, Map<string, Failures>>();

function recordsOf(env: ControllerEnv): Map<string, Failures> {
  let records = perController.get(env);
  if (!records) {
    records = new Map();
    perController.set(env, records);
  }
  return records;
}

/** What is remembered of a job's failures, with those of pods that have ended since. */
export function failuresOf(
  key: Key,
  env: ControllerEnv,
  succeeded: readonly Frozen<Pod>[],
  failed: readonly Frozen<Pod>[],
): Failures {
  const before = recordsOf(env).get(keyText(key)) ?? NO_FAILURES;
  const failedAtMs = failed.map(finishedAtMs);
  if (succeeded.length === 0) {
    if (failed.length === 0) return before;
    return { count: before.count + failed.length, lastMs: Math.max(...failedAtMs) };
  }
  const lastSuccessMs = Math.max(...succeeded.map(finishedAtMs));
  const later = failedAtMs.filter((atMs) => atMs > lastSuccessMs);
  return later.length === 0 ? NO_FAILURES : { count: later.length, lastMs: Math.max(...later) };
}

/** To be called when the status that counts these failures has been written. */
export function rememberFailures(key: Key, env: ControllerEnv, failures: Failures): void {
  if (failures.count === 0) recordsOf(env).delete(keyText(key));
  else recordsOf(env).set(keyText(key), failures);
}

export function forgetFailures(key: Key, env: ControllerEnv): void {
  recordsOf(env).delete(keyText(key));
}

/** For how much longer no new pod is made: 10 s after the first failure, twice as long after each further one. */
export function remainingDelayMs({ count, lastMs }: Failures, nowMs: number): number {
  if (count === 0 || lastMs === undefined) return 0;
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (count - 1), LONGEST_DELAY_MS);
  return Math.max(0, delayMs - (nowMs - lastMs));
}

/** When a pod ended, as well as one can tell. */
export function finishedAtMs(pod: Frozen<Pod>): number {
  const { metadata } = pod;
  const ofContainers = containersFinishedAtMs(pod);
  if (ofContainers !== undefined) return ofContainers;
  const ready = readyCondition(pod);
  if (ready?.status === 'False' && ready.lastTransitionTime) return Date.parse(ready.lastTransitionTime);
  if (metadata.deletionTimestamp !== undefined) {
    return Date.parse(metadata.deletionTimestamp) - (metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  }
  return Date.parse(metadata.creationTimestamp ?? '');
}

/** Sidecars end after the containers that they serve; other init containers do not count. */
function containersFinishedAtMs({ spec, status }: Frozen<Pod>): number | undefined {
  const sidecars = new Set(
    (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const ofContainers = latestEndMs(status.containerStatuses ?? []);
  const ofSidecars = latestEndMs((status.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)));
  if (ofContainers === undefined || ofSidecars === undefined) return undefined;
  const latest = Math.max(ofContainers, ofSidecars);
  return latest === Number.NEGATIVE_INFINITY ? undefined : latest;
}

/** Undefined when one of them has not ended. */
function latestEndMs(statuses: readonly Frozen<ContainerStatus>[]): number | undefined {
  let latest = Number.NEGATIVE_INFINITY;
  for (const { state } of statuses) {
    if (!state.terminated?.finishedAt) return undefined;
    latest = Math.max(latest, Date.parse(state.terminated.finishedAt));
  }
  return latest;
}
