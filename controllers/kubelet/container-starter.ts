/** From an image to a running container: startContainer in k8s.io/kubernetes/pkg/kubelet/kuberuntime. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { ContainerStatus } from '../../server/kube/types.gen.ts';
import { endedStatus, runningStatus, waitingStatus } from './container-status.ts';
import { runHook } from './hooks.ts';
import { pullImage, pullVolumes } from './image-puller.ts';
import type { RunMemory } from './pod-memory.ts';
import { userProblem } from './references.ts';
import { shouldRestart } from './restart-policy.ts';
import type { AnyContainer } from './runtime/pod-runtime.ts';
import { soon } from './soon.ts';
import type { SyncContext } from './sync-context.ts';
import { stopOf } from './termination.ts';

type Status = Frozen<ContainerStatus>;

/** Kubelets try again with each of their looks at a pod. */
const CREATION_RETRY_MS = 10_000;

/** Starts a container, for the first time or anew. @returns its status, which says why when it does not run yet */
export async function startContainer(container: AnyContainer, before: Status, outer: SyncContext): Promise<Status> {
  const told: (() => void)[] = [];
  const { pod, memory, runtime, surroundings, images, clock, nowMs } = outer;
  const after = await start(container, before, {
    pod,
    memory,
    runtime,
    surroundings,
    images,
    clock,
    nowMs,
    tell: (...event) => told.push(() => outer.tell(...event)),
    routine: (...event) => told.push(() => outer.routine(...event)),
    wakeAt: outer.wakeAt,
    wake: outer.wake,
  });
  if (after === before || !waitsOn(before, after)) for (const tell of told) tell();
  return after;
}

/** Whether a container waits for what it has told already. One that was created anew has failed once more. */
function waitsOn(before: Status, { state: { waiting }, containerID }: Status): boolean {
  return waiting !== undefined && containerID === before.containerID && deepEqual(waiting, before.state.waiting);
}

async function start(container: AnyContainer, before: Status, context: SyncContext): Promise<Status> {
  const { pod, memory, nowMs, tell, routine, wakeAt } = context;
  const pulled = pullImage(container, context);
  if (pulled === 'pulling') return before.state.waiting ? before : waitingStatus(before, 'ContainerCreating');
  if ('waits' in pulled) return waitingStatus(before, pulled.waits.reason, pulled.waits.message, container.image);
  const unpulled = pullVolumes(container, context);
  if (unpulled === 'pulling') return before.state.waiting ? before : waitingStatus(before, 'ContainerCreating');
  if (unpulled) return waitingStatus(before, unpulled.reason, unpulled.message, container.image);
  const missing = context.surroundings.problem(container);
  if (missing !== undefined) memory.waits = true;
  const problem = missing ?? userProblem(pod, container, pulled.image.user);
  if (problem !== undefined) {
    tell('Warning', 'Failed', `Error: ${problem}`, container);
    return waitingStatus(before, 'CreateContainerConfigError', problem);
  }
  const unmade = context.surroundings.creationProblem(container);
  if (unmade !== undefined) {
    tell('Warning', 'Failed', `Error: ${unmade}`, container);
    wakeAt(nowMs + CREATION_RETRY_MS);
    return waitingStatus(before, 'CreateContainerError', unmade);
  }
  routine('Created', 'Container created', container);
  const status = runningStatus(pod, container, before, nowMs);
  const run: RunMemory = {
    restartCount: status.restartCount,
    image: status.image,
    startedMs: nowMs,
    probes: {},
  };
  memory.runs.set(container.name, run);
  const refusal = await memory.running?.start(container, run.restartCount);
  if (refusal !== undefined) return refused(container, status, run, refusal, context);
  routine('Started', 'Container started', container);
  const { postStart } = container.lifecycle ?? {};
  return postStart ? afterPostStart(container, before, status, run, context) : status;
}

/** What containerd and runc say of a command that cannot start, around the reason. */
const startError = (reason: string): string =>
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: ' +
  `unable to start container process: error during container init: ${reason}: unknown`;

/** A container whose command cannot start has ended before it began. */
export function refusedStatus(status: Status, reason: string, nowMs: number): Status {
  const ended = endedStatus(status, { exitCode: 128, reason: 'StartError', message: startError(reason) }, nowMs);
  const { terminated } = ended.state;
  return { ...ended, state: { ...(terminated && { terminated: { ...terminated, startedAt: NEVER } }) } };
}

/** The beginning of time, for what never began. */
const NEVER = '1970-01-01T00:00:00Z';

function refused(
  container: AnyContainer,
  status: Status,
  run: RunMemory,
  reason: string,
  { pod, nowMs, tell, wakeAt }: SyncContext,
): Status {
  const ended = refusedStatus(status, reason, nowMs);
  run.endedMs = nowMs;
  tell('Warning', 'Failed', `Error: ${startError(reason)}`, container);
  wakeAt(nowMs);
  return shouldRestart(container, pod.spec, 128)
    ? waitingStatus(ended, 'RunContainerError', startError(reason))
    : ended;
}

/** So long as the hook runs nobody is told that the container does. */
async function afterPostStart(
  container: AnyContainer,
  before: Status,
  status: Status,
  run: RunMemory,
  context: SyncContext,
): Promise<Status> {
  const { pod, memory, clock, wake } = context;
  const handler = container.lifecycle?.postStart ?? {};
  const hook = runHook(handler, pod, container, { runtime: context.runtime, running: memory.running });
  const known = handler.exec ? await soon(hook) : await hook;
  if (known?.failure !== undefined) return afterFailedHook(container, status, known.failure, context);
  if (known?.takesMs === 0) return status;
  run.hookUntilMs = known ? context.nowMs + known.takesMs : Number.POSITIVE_INFINITY;
  if (known) context.wakeAt(run.hookUntilMs);
  else
    void hook.then((end) => {
      run.hookEnd = end;
      run.hookUntilMs = clock.now() + end.takesMs;
      wake();
    });
  return before.state.waiting ? before : waitingStatus(before, 'ContainerCreating');
}

async function afterFailedHook(
  container: AnyContainer,
  status: Status,
  failure: string,
  { pod, runtime, memory, clock, nowMs, tell, wake, wakeAt }: SyncContext,
): Promise<Status> {
  tell('Warning', 'FailedPostStartHook', 'PostStartHook failed', container);
  tell('Normal', 'Killing', 'FailedPostStartHook', container);
  const { running } = memory;
  const stop = await stopOf(container, status.restartCount, {
    pod,
    runtime,
    running,
    clock,
    graceMs: (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000,
    nowMs,
    hookFailed: () => tell('Warning', 'FailedPreStopHook', 'PreStopHook failed', container),
    wake,
  });
  running?.kill(container.name);
  const ended = endedStatus(status, stop, nowMs);
  wakeAt(nowMs);
  return shouldRestart(container, pod.spec, stop.exitCode)
    ? waitingStatus(ended, 'PostStartHookError', failure)
    : ended;
}

/** A container whose hook is done, as it is told of from now on. */
export async function startedAfterHook(
  container: AnyContainer,
  before: Status,
  run: RunMemory,
  context: SyncContext,
): Promise<Status> {
  delete run.hookUntilMs;
  const status = runningStatus(context.pod, container, before, run.startedMs);
  const { failure } = run.hookEnd ?? {};
  return failure === undefined ? status : afterFailedHook(container, status, failure, context);
}
