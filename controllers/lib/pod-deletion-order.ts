/** Which pods go first when there are too many: ActivePodsWithRanks in pkg/controller/controller_utils.go. */
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { isPodReady, readyCondition } from './pods.ts';

const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const INT32_MAX = 2 ** 31 - 1;

/** What is compared, read once for each pod: sorting looks at it many times. */
interface Standing {
  readonly pod: Frozen<Pod>;
  readonly assigned: boolean;
  readonly phase: number;
  readonly ready: boolean;
  readonly cost: number;
  readonly rank: number;
  readonly readyAtMs: number | undefined;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly createdAtMs: number | undefined;
}

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** The annotation that moves a pod in the order; what is no number counts as 0. */
function deletionCost({ metadata }: Frozen<Pod>): number {
  const text = getOwn(metadata.annotations, DELETION_COST) ?? '0';
  const cost = /^(0|-\d+|[1-9]\d*)$/.test(text) ? Number(text) : 0;
  return cost > INT32_MAX || cost < -INT32_MAX - 1 ? 0 : cost;
}

function mostRestarts({ spec, status }: Frozen<Pod>): Pick<Standing, 'restarts' | 'sidecarRestarts'> {
  const restarts = Math.max(0, ...(status.containerStatuses ?? []).map(({ restartCount }) => restartCount));
  const sidecars = new Set(
    (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').map(({ name }) => name),
  );
  const ofSidecars = (status.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name));
  return { restarts, sidecarRestarts: Math.max(0, ...ofSidecars.map(({ restartCount }) => restartCount)) };
}

const timeOf = (text: string | undefined): number | undefined => (text === undefined ? undefined : Date.parse(text));

function standingOf(pod: Frozen<Pod>, rank: number): Standing {
  const ready = isPodReady(pod);
  return {
    pod,
    assigned: (pod.spec.nodeName ?? '') !== '',
    phase: PHASES[pod.status.phase ?? ''] ?? 0,
    ready,
    cost: deletionCost(pod),
    rank,
    readyAtMs: ready ? timeOf(readyCondition(pod)?.lastTransitionTime) : undefined,
    ...mostRestarts(pod),
    createdAtMs: timeOf(pod.metadata.creationTimestamp),
  };
}

/** Upstream compares logarithms of ages in nanoseconds, so that pods of about the same age have equal chances. */
function ageClass(atMs: number, nowMs: number): number {
  const age = (nowMs - atMs) * 1e6;
  return age > 0 ? Math.floor(Math.log2(age)) : -1;
}

/** Younger first, no time at all before any; pods of the same age class by their random uids. */
function byAge(a: Standing, b: Standing, aMs: number | undefined, bMs: number | undefined, nowMs: number): number {
  if (aMs === bMs) return 0;
  if (aMs === undefined) return -1;
  if (bMs === undefined) return 1;
  const difference = ageClass(aMs, nowMs) - ageClass(bMs, nowMs);
  if (difference !== 0) return difference;
  return (a.pod.metadata.uid ?? '') < (b.pod.metadata.uid ?? '') ? -1 : 1;
}

function compare(a: Standing, b: Standing, nowMs: number): number {
  return (
    Number(a.assigned) - Number(b.assigned) ||
    a.phase - b.phase ||
    Number(a.ready) - Number(b.ready) ||
    a.cost - b.cost ||
    b.rank - a.rank ||
    byAge(a, b, a.readyAtMs, b.readyAtMs, nowMs) ||
    b.restarts - a.restarts ||
    b.sidecarRestarts - a.sidecarRestarts ||
    byAge(a, b, a.createdAtMs, b.createdAtMs, nowMs)
  );
}

/**
 * Pods in the order in which a controller gives them up: not assigned, pending, not ready, cheap, crowded, young,
 * restarted often.
 *
 * @param rankOf how many pods of the same workload share the pod's node
 */
export function inDeletionOrder(
  pods: readonly Frozen<Pod>[],
  nowMs: number,
  rankOf: (pod: Frozen<Pod>) => number,
): Frozen<Pod>[] {
  return pods
    .map((pod) => standingOf(pod, rankOf(pod)))
    .sort((a, b) => compare(a, b, nowMs))
    .map(({ pod }) => pod);
}
