/** Which pods a measurement counts for: groupPods and calculateRequests in replica_calculator.go. */
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { totalOfPod } from '../../server/kube/pod-amounts.ts';
import { quantityMilliValue } from '../../server/kube/quantity.ts';
import { isPodLevel } from '../../server/kube/resource-names.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { readyCondition } from '../lib/pods.ts';

/** What was measured for one pod; the value in thousandths. */
export interface Measured {
  readonly timestampMs: number;
  readonly windowMs: number;
  readonly value: number;
}

/** By the name of the pod. */
export type Measurements = Map<string, Measured>;

/** Samples of so young pods count only when they are ready (cpuInitializationPeriod). */
const INITIALIZATION_MS = 5 * 60_000;
/** A pod that became unready so soon has never been ready (initialReadinessDelay). */
const INITIAL_READINESS_MS = 30_000;

export interface PodGroups {
  readonly readyCount: number;
  readonly unready: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  /** Those that are on their way out. */
  readonly ignored: ReadonlySet<string>;
}

/** @param resource '' for what is no resource */
export function groupPods(
  pods: readonly Frozen<Pod>[],
  measurements: Measurements,
  resource: string,
  nowMs: number,
): PodGroups {
  const unready = new Set<string>();
  const missing = new Set<string>();
  const ignored = new Set<string>();
  let readyCount = 0;
  for (const pod of pods) {
    const { name = '', deletionTimestamp } = pod.metadata;
    const measured = measurements.get(name);
    if (deletionTimestamp !== undefined || pod.status.phase === 'Failed') ignored.add(name);
    else if (pod.status.phase === 'Pending') unready.add(name);
    else if (!measured) missing.add(name);
    else if (resource === 'cpu' && isUnready(pod, measured, nowMs)) unready.add(name);
    else readyCount++;
  }
  return { readyCount, unready, missing, ignored };
}

/** CPU is needed to begin with: what a pod uses then says little. */
function isUnready(pod: Frozen<Pod>, { timestampMs, windowMs }: Measured, nowMs: number): boolean {
  const condition = readyCondition(pod);
  const { startTime } = pod.status;
  if (!condition || startTime === undefined) return true;
  const startedMs = Date.parse(startTime);
  const changedMs = Date.parse(condition.lastTransitionTime ?? '');
  const isFalse = condition.status === 'False';
  if (startedMs + INITIALIZATION_MS > nowMs) return isFalse || timestampMs < changedMs + windowMs;
  return isFalse && startedMs + INITIAL_READINESS_MS > changedMs;
}

/**
 * How much each pod asks for, in thousandths.
 *
 * @param container '' for all of them
 * @throws Error when one asks for nothing
 */
export function requestsOf(pods: readonly Frozen<Pod>[], container: string, resource: string): Map<string, number> {
  return new Map(
    pods.map((pod) => {
      const ofPod = container === '' && Object.keys(pod.spec.resources?.requests ?? {}).some(isPodLevel);
      return [pod.metadata.name ?? '', ofPod ? podRequest(pod, resource) : containerRequests(pod, container, resource)];
    }),
  );
}

function podRequest(pod: Frozen<Pod>, resource: string): number {
  const amount = getOwn(totalOfPod(pod.spec, 'requests'), resource);
  if (amount === undefined) throw new Error(`missing pod-level request for ${resource} in Pod ${pod.metadata.name}`);
  return quantityMilliValue(amount);
}

function containerRequests(pod: Frozen<Pod>, container: string, resource: string): number {
  const { containers, initContainers } = pod.spec;
  const sidecars = (initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const counted = [...(containers ?? []), ...sidecars].filter(({ name }) => container === '' || name === container);
  if (container !== '' && counted.length === 0)
    throw new Error(`container ${container} not found in Pod ${pod.metadata.name}`);
  let sum = 0;
  for (const { name, resources } of counted) {
    const amount = getOwn(resources.requests, resource);
    if (amount === undefined)
      throw new Error(`missing request for ${resource} in container ${name} of Pod ${pod.metadata.name}`);
    sum += quantityMilliValue(amount);
  }
  return sum;
}
