/** What a kubelet reports of a pod. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../../server/kube/types.gen.ts';
import { restarts } from './container-life.ts';
import { completedStatus, followedStatuses, startedStatus } from './container-status.ts';

type FrozenPod = Frozen<Pod>;

/** The condition as it was if its status is the same: its time is that of the last change. */
function condition(pod: FrozenPod, type: string, status: 'True' | 'False', now: string, reason?: string): object {
  const before = pod.status.conditions?.find((known) => known.type === type);
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
  const { generation } = pod.metadata;
  return {
    type,
    ...(generation !== undefined && { observedGeneration: generation }),
    status,
    lastProbeTime: null,
    lastTransitionTime,
    ...(reason !== undefined && { reason }),
  };
}

/** Conditions that are not the kubelet's: the scheduler's, and readiness gates. */
function foreignConditions(pod: FrozenPod): Frozen<PodCondition>[] {
  const own = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady']);
  return (pod.status.conditions ?? []).filter(({ type }) => !own.has(type));
}

/** A pod is ready when its containers are and every readiness gate is open. */
function gatesOpen(pod: FrozenPod): boolean {
  return (pod.spec.readinessGates ?? []).every(({ conditionType }) =>
    pod.status.conditions?.some(({ type, status }) => type === conditionType && status === 'True'),
  );
}

export interface Addresses {
  readonly hostIP: string;
  readonly podIP: string;
}

/** @param unready the containers that are not ready */
function runningConditions(pod: FrozenPod, now: string, unready: readonly string[] = []): object[] {
  const isReady = unready.length === 0;
  const message = `containers with unready status: [${unready.join(' ')}]`;
  const notReady = (type: string): object => ({ ...condition(pod, type, 'False', now, 'ContainersNotReady'), message });
  return [
    condition(pod, 'PodReadyToStartContainers', 'True', now),
    condition(pod, 'Initialized', 'True', now),
    isReady ? readyByGates(pod, now) : notReady('Ready'),
    isReady ? condition(pod, 'ContainersReady', 'True', now) : notReady('ContainersReady'),
    ...foreignConditions(pod),
  ];
}

function readyByGates(pod: FrozenPod, now: string): object {
  if (gatesOpen(pod)) return condition(pod, 'Ready', 'True', now);
  return { ...condition(pod, 'Ready', 'False', now, 'ReadinessGatesNotReady'), message: gatesMessage(pod) };
}

const unreadyNames = (statuses: readonly Frozen<ContainerStatus>[] = []): string[] =>
  statuses.filter(({ ready }) => !ready).map(({ name }) => name);

/** What the pod as a whole got, where it asks as a whole. */
function podAllocation({
  spec: { resources },
}: FrozenPod): Pick<Frozen<PodStatus>, 'resources' | 'allocatedResources'> {
  if (!resources) return {};
  return { ...(resources.requests && { allocatedResources: resources.requests }), resources };
}

/** Every container runs and is ready. */
export function runningPodStatus(pod: FrozenPod, { hostIP, podIP }: Addresses, now: string): Partial<PodStatus> {
  const startTime = pod.status.startTime ?? now;
  const { generation } = pod.metadata;
  const inits = pod.spec.initContainers ?? [];
  const status = {
    ...(generation !== undefined && { observedGeneration: generation }),
    phase: 'Running',
    conditions: runningConditions(pod, now),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime,
    ...(inits.length > 0 && {
      initContainerStatuses: inits.map((container) =>
        container.restartPolicy === 'Always'
          ? startedStatus(pod, container, now)
          : completedStatus(pod, container, startTime, now, true),
      ),
    }),
    containerStatuses: pod.spec.containers?.map((container) => startedStatus(pod, container, now)),
    ...podAllocation(pod),
  };
  return status as Partial<PodStatus>;
}

/**
 * What there is to report of a pod that runs already, after its readiness gates, its resources or its ephemeral
 * containers have changed. Whatever else somebody wrote into its status stays.
 *
 * @returns undefined when nothing has changed
 */
export function followedPodStatus(pod: FrozenPod, now: string): Partial<PodStatus> | undefined {
  const { status, metadata } = pod;
  const conditions = runningConditions(pod, now, unreadyNames(status.containerStatuses)) as Frozen<PodCondition>[];
  const changed: Record<string, unknown> = followedStatuses(pod, now);
  for (const [field, value] of Object.entries(podAllocation(pod)))
    if (!deepEqual(value, status[field as 'resources'])) changed[field] = value;
  const isSeen = metadata.generation === status.observedGeneration;
  if (isSeen && deepEqual(readiness(conditions), readiness(status.conditions)) && Object.keys(changed).length === 0)
    return undefined;
  const { generation } = metadata;
  return { ...(generation !== undefined && { observedGeneration: generation }), conditions, ...changed };
}

/** What of the conditions is not only a matter of time. */
function readiness(conditions: readonly Frozen<PodCondition>[] = []): unknown {
  return conditions.filter(({ type }) => type === 'Ready').map(({ status, message }) => [status, message]);
}

function gatesMessage(pod: FrozenPod): string {
  const missing = (pod.spec.readinessGates ?? [])
    .filter(
      ({ conditionType }) =>
        !pod.status.conditions?.some(({ type, status }) => type === conditionType && status === 'True'),
    )
    .map(({ conditionType }) =>
      pod.status.conditions?.some(({ type }) => type === conditionType)
        ? `the status of pod readiness gate "${conditionType}" is not "True", but False`
        : `corresponding condition of pod readiness gate "${conditionType}" does not exist.`,
    );
  return missing.join(', ');
}

/** What there is to report when containers have ended or begun anew. The pod is over when none will run again. */
export function livedPodStatus(
  pod: FrozenPod,
  containerStatuses: readonly Frozen<ContainerStatus>[],
  now: string,
): Partial<Frozen<PodStatus>> {
  const ends = containerStatuses.map(({ state }) => state.terminated);
  if (!ends.every((end) => end !== undefined && !restarts(pod, end))) {
    const conditions = runningConditions(pod, now, unreadyNames(containerStatuses));
    return { conditions: conditions as Frozen<PodCondition>[], containerStatuses };
  }
  return endedPodStatus(pod, containerStatuses, now);
}

/** No container runs any more: the pod has succeeded if all of them ended well. */
export function endedPodStatus(
  pod: FrozenPod,
  containerStatuses: readonly Frozen<ContainerStatus>[],
  now: string,
): Partial<Frozen<PodStatus>> {
  const ends = containerStatuses.map(({ state }) => state.terminated);
  const isGood = ends.length > 0 && ends.every((end) => end?.exitCode === 0);
  const reason = isGood ? 'PodCompleted' : 'PodFailed';
  const conditions = [
    condition(pod, 'PodReadyToStartContainers', 'False', now),
    condition(pod, 'Initialized', 'True', now, ...(isGood ? [reason] : [])),
    condition(pod, 'Ready', 'False', now, reason),
    condition(pod, 'ContainersReady', 'False', now, reason),
    ...foreignConditions(pod),
  ];
  return {
    phase: isGood ? 'Succeeded' : 'Failed',
    conditions: conditions as Frozen<PodCondition>[],
    containerStatuses,
  };
}
