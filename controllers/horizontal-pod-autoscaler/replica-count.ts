/** How many replicas a metric asks for: replica_calculator.go. All values are in thousandths. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { isPodReady } from '../lib/pods.ts';
import { groupPods, type Measurements, type PodGroups, requestsOf } from './pod-groups.ts';

const MAX_INT32 = 2 ** 31 - 1;
/** What Go makes of a number that int64 does not have. */
const MIN_INT64 = -(2 ** 63);
const MAX_INT64 = 2 ** 63;

/** How far usage may be from its target before anything changes. */
export interface Tolerances {
  readonly down: number;
  readonly up: number;
}

/** A number of replicas, and what was measured: an average for each pod, or the value as a whole. */
export interface Proposal {
  readonly replicas: number;
  readonly usage: number;
  /** Per cent of what is asked for. */
  readonly utilization?: number;
}

/** What proposals are made for. */
export interface Workload {
  /** Those that its selector finds. */
  readonly pods: readonly Frozen<Pod>[];
  readonly specReplicas: number;
  readonly statusReplicas: number;
  readonly tolerances: Tolerances;
  readonly nowMs: number;
}

const isWithin = ({ down, up }: Tolerances, ratio: number): boolean => 1 - down <= ratio && ratio <= 1 + up;

const int32 = (value: number): number => Math.min(Math.ceil(value), MAX_INT32);

function int64(value: number): number {
  return Number.isFinite(value) ? Math.trunc(value) : MIN_INT64;
}

/** A share of what pods ask for (GetResourceReplicas). @throws Error in upstream's words */
export function byUtilization(
  workload: Workload,
  measurements: Measurements,
  { resource, container, target }: { resource: string; container: string; target: number },
): Proposal {
  const { pods } = workload;
  checkPods(pods);
  const groups = counted(workload, measurements, resource);
  const requests = requestsOf(pods, container, resource);
  const ratioOf = (): { ratio: number; utilization: number; average: number } => {
    let [used, asked, count] = [0, 0, 0];
    for (const [name, { value }] of measurements) {
      const request = requests.get(name);
      if (request === undefined) continue;
      used += value;
      asked += request;
      count++;
    }
    if (asked === 0) throw new Error('no metrics returned matched known pods');
    const utilization = Math.trunc((used * 100) / asked);
    return { ratio: utilization / target, utilization, average: Math.trunc(used / count) };
  };
  const { ratio, utilization, average } = ratioOf();
  const missing = (name: string): number => Math.trunc(((requests.get(name) ?? 0) * Math.max(100, target)) / 100);
  const replicas = balanced({ workload, measurements, groups, ratio, missing, ratioNow: () => ratioOf().ratio });
  return { replicas, usage: average, utilization };
}

/** An amount for each pod (calcPlainMetricReplicas). @throws Error in upstream's words */
export function byAverage(
  workload: Workload,
  measurements: Measurements,
  { resource, target }: { resource: string; target: number },
): Proposal {
  checkPods(workload.pods);
  const groups = counted(workload, measurements, resource);
  const averageOf = (): number => {
    let sum = 0;
    for (const { value } of measurements.values()) sum += value;
    return Math.trunc(sum / measurements.size);
  };
  const usage = averageOf();
  const ratioNow = (): number => averageOf() / target;
  const replicas = balanced({ workload, measurements, groups, ratio: ratioNow(), missing: () => target, ratioNow });
  return { replicas, usage };
}

function checkPods(pods: readonly unknown[]): void {
  if (pods.length === 0) throw new Error('no pods returned by selector while calculating replica count');
}

/** Leaves only measurements that count. */
function counted({ pods, nowMs }: Workload, measurements: Measurements, resource: string): PodGroups {
  const groups = groupPods(pods, measurements, resource, nowMs);
  for (const name of [...groups.ignored, ...groups.unready]) measurements.delete(name);
  if (measurements.size === 0) throw new Error('did not receive metrics for targeted pods (pods might be unready)');
  return groups;
}

interface Balance {
  readonly workload: Workload;
  readonly measurements: Measurements;
  readonly groups: PodGroups;
  readonly ratio: number;
  /** What a pod without a measurement counts as when there are too many pods. */
  readonly missing: (name: string) => number;
  /** The ratio with what has been added to the measurements. */
  readonly ratioNow: () => number;
}

/** Pods that nobody measured are taken to use what makes a change smaller. */
function balanced({ workload, measurements, groups, ratio, missing, ratioNow }: Balance): number {
  const { specReplicas, tolerances } = workload;
  const isUpWithUnready = groups.unready.size > 0 && ratio > 1;
  if (!isUpWithUnready && groups.missing.size === 0)
    return isWithin(tolerances, ratio) ? specReplicas : int32(ratio * groups.readyCount);
  const add = (names: Iterable<string>, amount: (name: string) => number): void => {
    for (const name of names) measurements.set(name, { timestampMs: 0, windowMs: 0, value: amount(name) });
  };
  if (ratio < 1) add(groups.missing, missing);
  else if (ratio > 1) add(groups.missing, () => 0);
  if (isUpWithUnready) add(groups.unready, () => 0);
  const now = ratioNow();
  if (isWithin(tolerances, now) || (ratio < 1 && now > 1) || (ratio > 1 && now < 1)) return specReplicas;
  const replicas = int32(now * measurements.size);
  const isOtherWay = (now < 1 && replicas > specReplicas) || (now > 1 && replicas < specReplicas);
  return isOtherWay ? specReplicas : replicas;
}

/** A value for the workload as a whole (getUsageRatioReplicaCount). @throws Error in upstream's words */
export function byValue({ pods, specReplicas, tolerances }: Workload, usage: number, target: number): Proposal {
  const ratio = usage / target;
  // Nothing runs that could be counted.
  if (specReplicas === 0) return { replicas: int32(ratio), usage };
  if (isWithin(tolerances, ratio)) return { replicas: specReplicas, usage };
  if (pods.length === 0)
    throw new Error('unable to calculate ready pods: no pods returned by selector while calculating replica count');
  const ready = pods.filter((pod) => pod.status.phase === 'Running' && isPodReady(pod)).length;
  return { replicas: int32(ratio * ready), usage };
}

/** A value that the replicas share (GetObjectPerPodMetricReplicas, GetExternalPerPodMetricReplicas). */
export function byShare({ statusReplicas, tolerances }: Workload, usage: number, target: number): Proposal {
  const ratio = usage / (target * statusReplicas);
  const replicas = isWithin(tolerances, ratio) ? statusReplicas : int32(usage / target);
  return { replicas, usage: int64(Math.ceil(usage / statusReplicas)) };
}

/** What several values make together; int64 ends somewhere. */
export function sumOf(values: readonly number[]): number {
  return Math.min(
    values.reduce((sum, value) => sum + value, 0),
    MAX_INT64,
  );
}
