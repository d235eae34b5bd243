/** What a kubelet reports of the containers of a pod. */
import { hash } from 'node:crypto';
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { Container, ContainerStatus, EphemeralContainer, Pod } from '../../server/kube/types.gen.ts';

type FrozenPod = Frozen<Pod>;
type Status = Frozen<ContainerStatus>;
export type AnyContainer = Frozen<Container> | Frozen<EphemeralContainer>;

const sha256 = (text: string): string => hash('sha256', text);

/** `nginx` is `docker.io/library/nginx` to a container runtime. */
function fullImageName(image: string): string {
  const [name = ''] = image.split('@');
  const untagged = name.replace(/:[^:/]*$/, '');
  const [first = ''] = untagged.split('/');
  if (!untagged.includes('/')) return `docker.io/library/${untagged}`;
  return first.includes('.') || first.includes(':') || first === 'localhost' ? untagged : `docker.io/${untagged}`;
}

/** What tells one run of a container from the others. */
export function identityOf(
  pod: FrozenPod,
  container: AnyContainer,
  restartCount: number,
): Pick<Status, 'name' | 'restartCount' | 'image' | 'imageID' | 'containerID'> {
  const image = container.image ?? '';
  return {
    name: container.name,
    restartCount,
    image: `${image}`,
    imageID: `${fullImageName(image)}@sha256:${sha256(image)}`,
    containerID: `containerd://${sha256(`${pod.metadata.uid} ${container.name} ${restartCount}`)}`,
  };
}

/** What a container asks for is what it gets, at once. */
export function allocationOf({ resources }: AnyContainer): Pick<Status, 'allocatedResources' | 'resources'> {
  const { requests } = resources;
  return { ...(requests && Object.keys(requests).length > 0 && { allocatedResources: requests }), resources };
}

const running = (startedAt: string): object => ({ state: { running: { startedAt } } });

/** A container that was started now, and is ready. */
export function startedStatus(pod: FrozenPod, container: AnyContainer, now: string): object {
  return { ...identityOf(pod, container, 0), ...running(now), ready: true, started: true, ...allocationOf(container) };
}

/** A container to look around with: nobody asks whether it is ready. */
function debuggingStatus(pod: FrozenPod, container: AnyContainer, now: string): object {
  return { ...identityOf(pod, container, 0), ...running(now), ready: false, ...allocationOf(container) };
}

/** A container that has ended well. */
export function completedStatus(
  pod: FrozenPod,
  container: Frozen<Container>,
  startedAt: string,
  now: string,
  ready: boolean,
): object {
  const identity = identityOf(pod, container, 0);
  const terminated = {
    exitCode: 0,
    reason: 'Completed',
    startedAt,
    finishedAt: now,
    containerID: identity.containerID,
  };
  return { ...identity, state: { terminated }, ready, started: false, ...allocationOf(container) };
}

/** Whether a container has to begin anew to get these resources: its resizePolicy. */
function needsRestart({ resizePolicy, resources }: AnyContainer, { resources: old }: Status): boolean {
  return (resizePolicy ?? []).some(
    ({ resourceName: name, restartPolicy }) =>
      restartPolicy === 'RestartContainer' &&
      (['limits', 'requests'] as const).some((bound) => resources[bound]?.[name] !== old?.[bound]?.[name]),
  );
}

function restarted(pod: FrozenPod, container: AnyContainer, before: Status, now: string): object {
  const startedAt = before.state.running?.startedAt ?? now;
  const terminated = {
    exitCode: 0,
    reason: 'Completed',
    startedAt,
    finishedAt: now,
    ...(before.containerID && { containerID: before.containerID }),
  };
  return {
    ...before,
    ...identityOf(pod, container, before.restartCount + 1),
    ...running(now),
    lastState: { terminated },
    ...allocationOf(container),
  };
}

/** A container that was reported before: what has changed since are its resources. */
function followed(pod: FrozenPod, container: AnyContainer, before: Status, now: string): object {
  const { allocatedResources: _allocated, ...rest } = before;
  const next = { ...rest, ...allocationOf(container) };
  if (!before.state.running || deepEqual(next, before)) return before;
  // Without resources somebody else reported it, who does not resize.
  return before.resources && needsRestart(container, before) ? restarted(pod, container, before, now) : next;
}

/** The statuses of the containers of a running pod, with those that came since the last report. */
export function followedStatuses(pod: FrozenPod, now: string): Record<string, object[]> {
  const { spec, status } = pod;
  const lists: readonly [string, readonly AnyContainer[] | null | undefined, readonly Status[] | undefined][] = [
    ['initContainerStatuses', spec.initContainers, status.initContainerStatuses],
    ['containerStatuses', spec.containers, status.containerStatuses],
    ['ephemeralContainerStatuses', spec.ephemeralContainers, status.ephemeralContainerStatuses],
  ];
  const result: Record<string, object[]> = {};
  for (const [field, containers, before] of lists) {
    const statuses = (containers ?? []).flatMap((container) => {
      const known = before?.find(({ name }) => name === container.name);
      if (known) return [followed(pod, container, known, now)];
      return field === 'ephemeralContainerStatuses' ? [debuggingStatus(pod, container, now)] : [];
    });
    // Kubelets sort them by name, except those that run one after the other.
    if (field === 'ephemeralContainerStatuses') statuses.sort(byName);
    if (!deepEqual(statuses, before ?? [])) result[field] = statuses;
  }
  return result;
}

const nameOf = (status: object): string => (status as { name: string }).name;
const byName = (a: object, b: object): number => (nameOf(a) < nameOf(b) ? -1 : 1);
