/** What a kubelet reports of a pod. */
import { hash } from 'node:crypto';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Container, ContainerStatus, Pod, PodCondition, PodStatus } from '../../server/kube/types.gen.ts';

type FrozenPod = Frozen<Pod>;

const sha256 = (text: string): string => hash('sha256', text);

/** `nginx` is `docker.io/library/nginx` to a container runtime. */
function fullImageName(image: string): string {
  const [name = ''] = image.split('@');
  const untagged = name.replace(/:[^:/]*$/, '');
  const [first = ''] = untagged.split('/');
  if (!untagged.includes('/')) return `docker.io/library/${untagged}`;
  return first.includes('.') || first.includes(':') || first === 'localhost' ? untagged : `docker.io/${untagged}`;
}

function identityOf(
  pod: FrozenPod,
  container: Frozen<Container>,
): Pick<ContainerStatus, 'name' | 'restartCount' | 'image' | 'imageID' | 'containerID'> {
  const image = container.image ?? '';
  return {
    name: container.name,
    restartCount: 0,
    image: `${image}`,
    imageID: `${fullImageName(image)}@sha256:${sha256(image)}`,
    containerID: `containerd://${sha256(`${pod.metadata.uid} ${container.name} 0`)}`,
  };
}

function runningStatus(pod: FrozenPod, container: Frozen<Container>, now: string): object {
  return { ...identityOf(pod, container), state: { running: { startedAt: now } }, ready: true, started: true };
}

function completedStatus(
  pod: FrozenPod,
  container: Frozen<Container>,
  startedAt: string,
  now: string,
  ready: boolean,
): object {
  const identity = identityOf(pod, container);
  const terminated = {
    exitCode: 0,
    reason: 'Completed',
    startedAt,
    finishedAt: now,
    containerID: identity.containerID,
  };
  return { ...identity, state: { terminated }, ready, started: false };
}

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

/** Every container runs and is ready. */
export function runningPodStatus(pod: FrozenPod, { hostIP, podIP }: Addresses, now: string): Partial<PodStatus> {
  const ready = gatesOpen(pod);
  const startTime = pod.status.startTime ?? now;
  const { generation } = pod.metadata;
  const inits = pod.spec.initContainers ?? [];
  const status = {
    ...(generation !== undefined && { observedGeneration: generation }),
    phase: 'Running',
    conditions: [
      condition(pod, 'PodReadyToStartContainers', 'True', now),
      condition(pod, 'Initialized', 'True', now),
      ready
        ? condition(pod, 'Ready', 'True', now)
        : { ...condition(pod, 'Ready', 'False', now, 'ReadinessGatesNotReady'), message: gatesMessage(pod) },
      condition(pod, 'ContainersReady', 'True', now),
      ...foreignConditions(pod),
    ],
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime,
    ...(inits.length > 0 && {
      initContainerStatuses: inits.map((container) =>
        container.restartPolicy === 'Always'
          ? runningStatus(pod, container, now)
          : completedStatus(pod, container, startTime, now, true),
      ),
    }),
    containerStatuses: pod.spec.containers?.map((container) => runningStatus(pod, container, now)),
  };
  return status as Partial<PodStatus>;
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

/** Every container has ended well. */
export function succeededPodStatus(pod: FrozenPod, now: string): Partial<PodStatus> {
  const startedAt = pod.status.startTime ?? now;
  const status = {
    phase: 'Succeeded',
    conditions: [
      condition(pod, 'PodReadyToStartContainers', 'False', now),
      condition(pod, 'Initialized', 'True', now, 'PodCompleted'),
      condition(pod, 'Ready', 'False', now, 'PodCompleted'),
      condition(pod, 'ContainersReady', 'False', now, 'PodCompleted'),
      ...foreignConditions(pod),
    ],
    containerStatuses: pod.spec.containers?.map((container) => completedStatus(pod, container, startedAt, now, false)),
  };
  return status as Partial<PodStatus>;
}
