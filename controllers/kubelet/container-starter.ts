/** From an image to a running container: startContainer in k8s.io/kubernetes/pkg/kubelet/kuberuntime. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { ContainerStatus } from '../../server/kube/types.gen.ts';
import { endedStatus, runningStatus, waitingStatus } from './container-status.ts';
import { runHook } from './hooks.ts';
import { pullImage } from './image-puller.ts';
import type { RunMemory } from './pod-memory.ts';
import { userProblem } from './references.ts';
import { shouldRestart } from './restart-policy.ts';
import type { AnyContainer } from './runtime/pod-runtime.ts';
import type { SyncContext } from './sync-context.ts';
import { stopOf } from './termination.ts';

type Status = Frozen<ContainerStatus>;

/** Starts a container, for the first time or anew. @returns its status, which says why when it does not run yet */
export async function startContainer(container: AnyContainer, before: Status, outer: SyncContext): Promise<Status> {
  const told: (() => void)[] = [];
  const after = await start(container, before, {
    ...outer,
    // Not a property of its own.
    surroundings: outer.surroundings,
    tell: (...event) => told.push(() => outer.tell(...event)),
    routine: (...event) => told.push(() => outer.routine(...event)),
  });
  // What it still waits for, it has told already.
  const { waiting } = after.state;
  if (after === before || !waiting || !deepEqual(waiting, before.state.waiting)) for (const tell of told) tell();
  return after;
}

async function start(container: AnyContainer, before: Status, context: SyncContext): Promise<Status> {
  const { pod, memory, nowMs, tell, routine } = context;
  const pulled = pullImage(container, context);
  if (pulled === 'pulling') return before.state.waiting ? before : waitingStatus(before, 'ContainerCreating');
  if ('waits' in pulled) return waitingStatus(before, pulled.waits.reason, pulled.waits.message, container.image);
  const missing = context.surroundings.problem(container);
  if (missing !== undefined) memory.waits = true;
  const problem = missing ?? userProblem(pod, container, pulled.image.user);
  if (problem !== undefined) {
    tell('Warning', 'Failed', `Error: ${problem}`, container);
    return waitingStatus(before, 'CreateContainerConfigError', problem);
  }
  routine('Created', 'Container created', container);
  routine('Started', 'Container started', container);
  const status = runningStatus(pod, container, before, nowMs);
  const run: RunMemory = {
    restartCount: status.restartCount,
    image: status.image,
    startedMs: nowMs,
    probes: new Map(),
  };
  memory.runs.set(container.name, run);
  const { postStart } = container.lifecycle ?? {};
  return postStart ? afterPostStart(container, before, status, run, context) : status;
}

/** So long as the hook runs nobody is told that the container does. */
async function afterPostStart(
  container: AnyContainer,
  before: Status,
  status: Status,
  run: RunMemory,
  context: SyncContext,
): Promise<Status> {
  const { pod, nowMs, memory, tell } = context;
  const { takesMs, failure } = await runHook(container.lifecycle?.postStart ?? {}, pod, container, {
    runtime: context.runtime,
    running: memory.running,
  });
  if (failure === undefined) {
    if (takesMs === 0) return status;
    run.hookUntilMs = nowMs + takesMs;
    context.wakeAt(run.hookUntilMs);
    return before.state.waiting ? before : waitingStatus(before, 'ContainerCreating');
  }
  tell('Warning', 'FailedPostStartHook', 'PostStartHook failed', container);
  tell('Normal', 'Killing', 'FailedPostStartHook', container);
  const graceMs = (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000;
  const stop = await stopOf(container, status.restartCount, {
    pod,
    runtime: context.runtime,
    running: memory.running,
    graceMs,
    nowMs,
    hookFailed: () => tell('Warning', 'FailedPreStopHook', 'PreStopHook failed', container),
  });
  const ended = endedStatus(status, stop, nowMs);
  if (!shouldRestart(container, pod.spec, stop.exitCode)) return ended;
  context.wakeAt(nowMs);
  return waitingStatus(ended, 'PostStartHookError', failure);
}

/** A container whose hook is done, as it is told of from now on. */
export function startedAfterHook(
  container: AnyContainer,
  before: Status,
  run: RunMemory,
  context: SyncContext,
): Status {
  delete run.hookUntilMs;
  return runningStatus(context.pod, container, before, run.startedMs);
}
