/** How the containers of a running pod end, and begin anew. */
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Container, ContainerStateTerminated, ContainerStatus, Pod } from '../../server/kube/types.gen.ts';
import { allocationOf, identityOf } from './container-status.ts';
import type { PodRuntime } from './runtime/pod-runtime.ts';

type Status = Frozen<ContainerStatus>;
type Terminated = Frozen<ContainerStateTerminated>;

/** How long a container waits before it begins anew: not at all the first time, then longer each time. */
const FIRST_BACK_OFF_MS = 10 * 1000;
const LONGEST_BACK_OFF_MS = 300 * 1000;

/** What a process that is told to end (SIGTERM) says. */
const TERMINATED_EXIT_CODE = 143;

/** What has become of a container, and when that changes again. */
export interface Lived {
  readonly status: Status;
  readonly inMs?: number;
}

/**
 * One step in the life of a container: it ends, waits, or begins anew.
 *
 * @param startedMs when it began, more exactly than its status says
 */
export function live(
  pod: Frozen<Pod>,
  container: Frozen<Container>,
  status: Status,
  { nowMs, startedMs, runtime }: { nowMs: number; startedMs: number | undefined; runtime: PodRuntime },
): Lived {
  const { running, terminated } = status.state;
  if (running) {
    const end = runtime.endOf(pod, container);
    if (!end) return { status };
    const leftMs = (startedMs ?? Date.parse(running.startedAt ?? '')) + end.afterMs - nowMs;
    return leftMs > 0 ? { status, inMs: leftMs } : { status: ended(status, end.exitCode, nowMs) };
  }
  const last = terminated ?? status.lastState?.terminated;
  if (!last || !restarts(pod, last)) return { status };
  const leftMs = backOffMs(status.restartCount) - (nowMs - Date.parse(last.finishedAt ?? ''));
  if (leftMs <= 0) return { status: begunAnew(pod, container, status, last, nowMs) };
  return { status: status.state.waiting ? status : waiting(pod, status, last), inMs: leftMs };
}

/** Whether a container that has ended so begins anew. */
export function restarts({ spec }: Frozen<Pod>, { exitCode }: Terminated): boolean {
  return spec.restartPolicy === 'Always' || (spec.restartPolicy === 'OnFailure' && exitCode !== 0);
}

/** A container whose pod is being deleted. */
export function toldToEnd(status: Status, nowMs: number): Status {
  if (status.state.terminated) return status;
  const last = status.lastState?.terminated;
  if (!status.state.running && last) return { ...status, state: { terminated: last } };
  return ended(status, TERMINATED_EXIT_CODE, nowMs);
}

function ended(status: Status, exitCode: number, nowMs: number): Status {
  const terminated = {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: status.state.running?.startedAt ?? rfc3339(nowMs),
    finishedAt: rfc3339(nowMs),
    ...(status.containerID !== undefined && { containerID: status.containerID }),
  };
  return { ...status, state: { terminated }, ready: false, started: false };
}

function backOffMs(restartCount: number): number {
  return restartCount === 0 ? 0 : Math.min(FIRST_BACK_OFF_MS * 2 ** (restartCount - 1), LONGEST_BACK_OFF_MS);
}

function waiting({ metadata }: Frozen<Pod>, status: Status, last: Terminated): Status {
  const pod = `${metadata.name}_${metadata.namespace}(${metadata.uid})`;
  const delay = goSeconds(backOffMs(status.restartCount));
  const message = `back-off ${delay} restarting failed container=${status.name} pod=${pod}`;
  return { ...status, state: { waiting: { reason: 'CrashLoopBackOff', message } }, lastState: { terminated: last } };
}

/** `10s`, `2m40s`. */
function goSeconds(ms: number): string {
  const [minutes, seconds] = [Math.floor(ms / 60_000), (ms / 1000) % 60];
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

function begunAnew(
  pod: Frozen<Pod>,
  container: Frozen<Container>,
  status: Status,
  last: Terminated,
  nowMs: number,
): Status {
  return {
    ...status,
    ...identityOf(pod, container, status.restartCount + 1),
    state: { running: { startedAt: rfc3339(nowMs) } },
    lastState: { terminated: last },
    ready: true,
    started: true,
    ...allocationOf(container),
  };
}
