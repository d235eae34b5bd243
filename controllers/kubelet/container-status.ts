/** What a kubelet reports of the containers of a pod. */
import { hash } from 'node:crypto';
import { rfc3339 } from '../../server/base/clock.ts';
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { RecentMap } from '../../server/base/recent-map.ts';
import type { ContainerStateTerminated, ContainerStatus, Pod } from '../../server/kube/types.gen.ts';
import { parseImage } from './runtime/image-reference.ts';
import type { AnyContainer, ProcessEnd } from './runtime/pod-runtime.ts';

type FrozenPod = Frozen<Pod>;
type Status = Frozen<ContainerStatus>;

const sha256 = (text: string): string => hash('sha256', text);

/** `nginx` is `docker.io/library/nginx` to a container runtime. */
function fullImageName(image: string): string {
  const reference = parseImage(image);
  return typeof reference === 'string' ? image : `${reference.host}/${reference.path}`;
}

/** Images in use at the same time. */
const IMAGES_MAX = 512;
const imageIds = new RecentMap<string, string>(IMAGES_MAX);

/** One text for all containers of an image. */
function imageIdOf(image: string): string {
  const known = imageIds.get(image);
  if (known !== undefined) return known;
  const id = `${fullImageName(image)}@sha256:${sha256(image)}`;
  imageIds.set(image, id);
  return id;
}

/** What tells one run of a container from the others. */
function identityOf(
  pod: FrozenPod,
  container: AnyContainer,
  restartCount: number,
): Pick<Status, 'name' | 'restartCount' | 'image' | 'imageID' | 'containerID'> {
  const image = container.image ?? '';
  return {
    name: container.name,
    restartCount,
    image: `${image}`,
    imageID: imageIdOf(image),
    containerID: `containerd://${sha256(`${pod.metadata.uid} ${container.name} ${restartCount}`)}`,
  };
}

/** What a container asks for is what it gets, at once. */
function allocationOf({ resources }: AnyContainer): Pick<Status, 'allocatedResources' | 'resources'> {
  const { requests } = resources;
  return { ...(requests && Object.keys(requests).length > 0 && { allocatedResources: requests }), resources };
}

/** A container that has never run. */
export function unstartedStatus({ name, image = '' }: AnyContainer, reason: string): Status {
  return {
    name,
    image,
    imageID: '',
    restartCount: 0,
    state: { waiting: { reason } },
    lastState: {},
    ready: false,
    started: false,
  };
}

/** How a container ended before, if it did. */
export function lastEnd({ state, lastState }: Status): Frozen<ContainerStateTerminated> | undefined {
  return state.terminated ?? lastState?.terminated;
}

/** A container that begins now, for the first time or anew. */
export function runningStatus(pod: FrozenPod, container: AnyContainer, before: Status, nowMs: number): Status {
  const last = lastEnd(before);
  return {
    ...identityOf(pod, container, last ? before.restartCount + 1 : 0),
    state: { running: { startedAt: rfc3339(nowMs) } },
    lastState: last ? { terminated: last } : {},
    ready: false,
    started: false,
    ...allocationOf(container),
  };
}

/** A container to look around with: nobody asks whether it is ready. */
export function debuggingStatus(pod: FrozenPod, container: AnyContainer, nowMs: number): Status {
  const { started: _started, ...status } = runningStatus(pod, container, unstartedStatus(container, ''), nowMs);
  return status;
}

/** A container that has ended. */
export function endedStatus(
  status: Status,
  { exitCode, reason, message }: Omit<ProcessEnd, 'afterMs'>,
  nowMs: number,
): Status {
  const terminated = {
    exitCode,
    reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error'),
    ...(message !== undefined && { message }),
    startedAt: status.state.running?.startedAt ?? rfc3339(nowMs),
    finishedAt: rfc3339(nowMs),
    ...(status.containerID !== undefined && { containerID: status.containerID }),
  };
  return { ...status, state: { terminated }, ready: false, started: false };
}

/** A container that does not run, and why. @param image what it waits for, if that is not what it ran with */
export function waitingStatus(status: Status, reason: string, message?: string, image = status.image): Status {
  const last = lastEnd(status);
  return {
    ...status,
    image,
    state: { waiting: { reason, ...(message !== undefined && { message }) } },
    lastState: last ? { terminated: last } : {},
    ready: false,
    started: false,
  };
}

/** Whether a container has to begin anew to get these resources: its resizePolicy. */
function needsRestart({ resizePolicy, resources }: AnyContainer, { resources: old }: Status): boolean {
  return (resizePolicy ?? []).some(
    ({ resourceName: name, restartPolicy }) =>
      restartPolicy === 'RestartContainer' &&
      (['limits', 'requests'] as const).some((bound) => resources[bound]?.[name] !== old?.[bound]?.[name]),
  );
}

/** A running container that was reported before: its resources may have changed, and then it may begin anew. */
export function resizedStatus(pod: FrozenPod, container: AnyContainer, before: Status, nowMs: number): Status {
  const { allocatedResources: _allocated, ...rest } = before;
  const next = { ...rest, ...allocationOf(container) };
  if (deepEqual(next, before)) return before;
  // Without resources somebody else reported it, who does not resize.
  if (!before.resources || !needsRestart(container, before)) return next;
  const ended = endedStatus(before, { exitCode: 0 }, nowMs);
  return { ...runningStatus(pod, container, ended, nowMs), ready: before.ready, started: before.started ?? true };
}
