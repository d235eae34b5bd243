/** One look at a pod that is to run: SyncPod in k8s.io/kubernetes/pkg/kubelet/kuberuntime. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Container, ContainerStatus } from '../../server/kube/types.gen.ts';
import { goSeconds } from './back-off.ts';
import { killContainer } from './container-killer.ts';
import { refusedStatus, startContainer, startedAfterHook } from './container-starter.ts';
import {
  debuggingStatus,
  endedStatus,
  lastEnd,
  resizedStatus,
  unstartedStatus,
  waitingStatus,
} from './container-status.ts';
import type { RunMemory, Stop } from './pod-memory.ts';
import { hasInitialized } from './pod-phase.ts';
import { runProbes } from './prober.ts';
import { isSidecar, shouldRestart } from './restart-policy.ts';
import type { AnyContainer, RunEnd } from './runtime/pod-runtime.ts';
import { podText, type SyncContext } from './sync-context.ts';

type Status = Frozen<ContainerStatus>;
type Statuses = Map<string, Status>;

/** What becomes of the pod as a whole. */
export type Outcome = 'goes on' | 'is over';

/** What was reported of every container, or that it has not begun. */
export function statusesOf({ pod: { spec, status } }: Pick<SyncContext, 'pod'>): Statuses {
  const reason = (spec.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  const known = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  const statuses: Statuses = new Map();
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    const before = known.find(({ name }) => name === container.name);
    statuses.set(container.name, before ?? unstartedStatus(container, reason));
  }
  for (const before of status.ephemeralContainerStatuses ?? []) statuses.set(before.name, before);
  return statuses;
}

/** Lets the containers of a pod live on, and starts those that are due. */
export class PodSync {
  readonly #context: SyncContext;
  readonly #statuses: Statuses;
  #hasEnded = false;

  constructor(context: SyncContext, statuses: Statuses) {
    this.#context = context;
    this.#statuses = statuses;
  }

  async run(): Promise<Outcome> {
    const { spec } = this.#context.pod;
    const all = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
    for (const container of all) await this.#live(container);
    await this.#debug();
    // What has just ended is reported before it begins anew, and before others begin in its place.
    if (this.#hasEnded) {
      this.#context.wakeAt(this.#context.nowMs);
      return this.#isOver() ? 'is over' : 'goes on';
    }
    if (this.#isOver()) return 'is over';
    if (await this.#initialize()) for (const container of spec.containers ?? []) await this.#startWhenDue(container);
    // What ended as soon as it began is told as ended, and with it that the sandbox is gone.
    return this.#isOver() ? 'is over' : 'goes on';
  }

  #statusOf({ name }: { readonly name: string }): Status {
    const status = this.#statuses.get(name);
    if (!status) throw new Error(`container ${name} has no status`);
    return status;
  }

  /** Ephemeral containers run beside the others, and never again. */
  async #debug(): Promise<void> {
    const { pod, memory, nowMs, routine, tell } = this.#context;
    for (const container of pod.spec.ephemeralContainers ?? []) {
      const { name } = container;
      const before = this.#statuses.get(name);
      if (before) {
        await this.#resume(container, before);
        const end = this.#endOf(container, 0, Date.parse(before.state.running?.startedAt ?? ''));
        if (before.state.running && end) this.#statuses.set(name, unstartable(this.#ended(before, end)));
        continue;
      }
      routine('Created', 'Container created', container);
      const begun = debuggingStatus(pod, container, nowMs);
      const refusal = await memory.running?.start(container, 0);
      const status = refusal === undefined ? begun : refusedStatus(begun, refusal, nowMs);
      if (refusal === undefined) routine('Started', 'Container started', container);
      else tell('Warning', 'Failed', `Error: ${status.state.terminated?.message}`, container);
      this.#statuses.set(name, unstartable(status));
      this.#endOf(container, 0, nowMs);
    }
  }

  #ended(status: Status, end: RunEnd): Status {
    this.#context.memory.running?.kill(status.name);
    return endedStatus(status, end, this.#context.nowMs);
  }

  /** How a run has ended, if it has; otherwise looks again when that is foreseen. */
  #endOf(container: AnyContainer, restartCount: number, startedMs: number): RunEnd | undefined {
    const { pod, memory, runtime, nowMs, wakeAt } = this.#context;
    const told = memory.running?.ended(container.name, restartCount);
    if (told) return told;
    const { end } = runtime.run(pod, container, restartCount);
    if (!end) return undefined;
    const atMs = startedMs + end.afterMs;
    if (nowMs >= atMs) return { ...end, atMs };
    wakeAt(atMs);
    return undefined;
  }

  /** A kubelet that was started anew, or a resized container: what runs by its status begins here. */
  async #resume(container: AnyContainer, { state, restartCount }: Status): Promise<void> {
    const { running } = this.#context.memory;
    if (state.running && running && !running.has(container.name, restartCount))
      await running.start(container, restartCount);
  }

  /** No container of the pod proper runs, or ever will again. */
  #isOver(): boolean {
    const { spec } = this.#context.pod;
    const isDone = (container: Frozen<Container>, failing: boolean): boolean => {
      const status = this.#statusOf(container);
      const last = status.state.running ? undefined : lastEnd(status);
      return last !== undefined && !shouldRestart(container, spec, last.exitCode) && (!failing || last.exitCode !== 0);
    };
    const inits = (spec.initContainers ?? []).filter((container) => !isSidecar(container));
    if (!hasInitialized(spec, this.#statuses) && inits.some((container) => isDone(container, true))) return true;
    return (spec.containers ?? []).every((container) => isDone(container, false));
  }

  /** @returns whether the containers of the pod proper may begin */
  async #initialize(): Promise<boolean> {
    const { spec } = this.#context.pod;
    const inits = spec.initContainers ?? [];
    const isInitialized = hasInitialized(spec, this.#statuses);
    const begun = inits.findLastIndex((container) => {
      const status = this.#statusOf(container);
      return !status.state.waiting || lastEnd(status) !== undefined;
    });
    for (const [index, container] of inits.entries()) {
      if (isSidecar(container)) {
        await this.#startWhenDue(container);
        // Those that others have begun after already begin anew beside them.
        const isAhead = isInitialized || index < begun;
        if (!isAhead && !this.#statusOf(container).started) return false;
      } else if (!isInitialized) {
        const { terminated } = this.#statusOf(container).state;
        if (terminated?.exitCode === 0) continue;
        await this.#startWhenDue(container);
        return false;
      }
    }
    return true;
  }

  /** Starts a container that does not run, at once or when its back-off is over. */
  async #startWhenDue(container: Frozen<Container>): Promise<void> {
    const { pod, memory, nowMs, tell, wakeAt } = this.#context;
    const { name } = container;
    const before = this.#statusOf(container);
    const run = memory.runs.get(name);
    if (run?.hookUntilMs !== undefined) return;
    if (before.state.running) return;
    const last = lastEnd(before);
    if (last) {
      if (!shouldRestart(container, pod.spec, last.exitCode)) return;
      const endedMs = endedMsOf(run, before, Date.parse(last.finishedAt ?? ''));
      memory.restarts.assume(name, before.restartCount, endedMs);
      const leftMs = memory.restarts.leftMs(name, endedMs, nowMs);
      if (leftMs > 0) {
        wakeAt(nowMs + leftMs);
        if (before.state.waiting?.reason === 'CrashLoopBackOff') return;
        tell('Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${podText(pod)}`, container);
        const delay = goSeconds(memory.restarts.delayMs(name));
        const message = `back-off ${delay} restarting failed container=${name} pod=${podText(pod)}`;
        this.#statuses.set(name, waitingStatus(before, 'CrashLoopBackOff', message));
        return;
      }
      // One whose image has to be waited for is not restarted over and over.
      if (!isHeldUp(before)) memory.restarts.next(name, endedMs, nowMs);
    }
    await this.#start(container);
  }

  /**
   * Looks again when a container that has just begun ends. One that has ended already was never seen running: a kubelet
   * hears of its containers once a second (GenericPLEG), so that nobody takes one that ends at once for ready.
   */
  #foresee(container: Frozen<Container>): void {
    const { memory, nowMs, wakeAt } = this.#context;
    const run = memory.runs.get(container.name);
    if (!run || !this.#statusOf(container).state.running) return;
    const end = this.#endOf(container, run.restartCount, run.startedMs);
    if (!end) return;
    this.#end(container, run, end.exitCode, end);
    wakeAt(nowMs);
  }

  /** A running container ends, is stopped, is asked how it is, or gets other resources. */
  async #live(container: Frozen<Container>): Promise<void> {
    const { pod, memory, nowMs, wakeAt } = this.#context;
    const { name } = container;
    const status = this.#statusOf(container);
    const run = this.#runOf(status);
    if (run?.hookUntilMs !== undefined) {
      if (nowMs < run.hookUntilMs) return wakeAt(run.hookUntilMs);
      this.#statuses.set(name, await startedAfterHook(container, status, run, this.#context));
    }
    if (!run || !this.#statusOf(container).state.running) return;
    await this.#resume(container, this.#statusOf(container));
    if (run.stop) {
      const told = memory.running?.ended(name, run.restartCount);
      if (told) return this.#replace(container, run, { ...run.stop, exitCode: told.exitCode });
      return nowMs < run.stop.atMs ? wakeAt(run.stop.atMs) : this.#replace(container, run, run.stop);
    }
    const end = this.#endOf(container, run.restartCount, run.startedMs);
    if (end) return this.#end(container, run, end.exitCode, end);
    if (run.image !== container.image) return killContainer(container, run, 'changed', this.#context);
    const resized = resizedStatus(pod, container, this.#statusOf(container), nowMs);
    this.#statuses.set(name, resized);
    this.#runOf(resized);
    await this.#probe(container);
  }

  /** What was stopped begins anew at once, however it ended, unless that happens too often. */
  async #replace(container: Frozen<Container>, run: RunMemory, { exitCode, again }: Stop): Promise<void> {
    const { memory, nowMs } = this.#context;
    const before = this.#statusOf(container).lastState?.terminated;
    const sinceMs = Date.parse(before?.finishedAt ?? '') || nowMs;
    const hadEnded = this.#hasEnded;
    this.#end(container, run, exitCode);
    if (!again || (before && memory.restarts.leftMs(container.name, sinceMs, nowMs) > 0)) return;
    this.#hasEnded = hadEnded;
    memory.restarts.next(container.name, sinceMs, nowMs);
    await this.#start(container);
  }

  async #start(container: Frozen<Container>): Promise<void> {
    const status = await startContainer(container, this.#statusOf(container), this.#context);
    this.#statuses.set(container.name, status);
    this.#foresee(container);
    await this.#probe(container);
  }

  #end(
    container: Frozen<Container>,
    run: RunMemory,
    exitCode: number,
    more: { reason?: string; message?: string } = {},
  ): void {
    const { nowMs } = this.#context;
    const { reason, message } = more;
    const end = { exitCode, ...(reason !== undefined && { reason }), ...(message !== undefined && { message }) };
    const ended = this.#ended(this.#statusOf(container), { ...end, atMs: nowMs });
    const isInit = this.#context.pod.spec.initContainers?.some(({ name }) => name === container.name);
    const isDone = isInit && !isSidecar(container) && exitCode === 0;
    run.endedMs = nowMs;
    this.#statuses.set(container.name, isDone ? { ...ended, ready: true } : ended);
    this.#hasEnded = true;
  }

  /** What is known of the run that a status tells of; a kubelet that was started anew knows what it told. */
  #runOf({ name, image, restartCount, state, started }: Status): RunMemory | undefined {
    const { memory, nowMs } = this.#context;
    const known = memory.runs.get(name);
    if (known?.hookUntilMs !== undefined) return known;
    if (!state.running) return undefined;
    if (known?.restartCount === restartCount) return known;
    const startedMs = Date.parse(state.running.startedAt ?? '') || nowMs;
    const run: RunMemory = {
      restartCount,
      image,
      startedMs,
      probes: {},
      ...(started && { startupMs: startedMs }),
    };
    memory.runs.set(name, run);
    return run;
  }

  async #probe(container: Frozen<Container>): Promise<void> {
    const { memory, runtime, clock, nowMs, tell, wake, wakeAt } = this.#context;
    const pod = this.#addressed();
    const status = this.#statusOf(container);
    const run = memory.runs.get(container.name);
    if (!status.state.running || !run || run.stop) return;
    const { running } = memory;
    if (!running) return;
    const isToldOff = running.script.wishOf(container.name).ready === false;
    const { readyAfterMs } = runtime.run(pod, container, run.restartCount);
    const ask: Parameters<typeof runProbes>[0]['ask'] = (probe) =>
      runtime.probe(running, pod, container, probe, nowMs - run.startedMs);
    const answered = (): number => {
      wake();
      return clock.now();
    };
    const told = { disturbances: running.disturbances, told: running.script.changes, isToldOff };
    const begin = (): (() => void) => running.begin();
    const probed = await runProbes({ container, status, run, readyAfterMs, nowMs, ...told, ask, begin, answered });
    for (const message of probed.unhealthy) tell('Warning', 'Unhealthy', message, container);
    if (probed.nextMs !== Number.POSITIVE_INFINITY) wakeAt(probed.nextMs);
    const isRegularInit = !isSidecar(container) && pod.spec.initContainers?.some(({ name }) => name === container.name);
    const ready = probed.ready && !isRegularInit;
    if (ready !== status.ready || probed.started !== status.started)
      this.#statuses.set(container.name, { ...status, ready, started: probed.started });
    if (probed.killedBy) await killContainer(container, run, probed.killedBy, this.#context);
  }

  /** Nobody has told yet where a pod is that begins just now. */
  #addressed(): SyncContext['pod'] {
    const { pod, memory } = this.#context;
    if (pod.status.podIP !== undefined || memory.podIP === undefined) return pod;
    const podIPs = (memory.podIPs ?? [memory.podIP]).map((ip) => ({ ip }));
    return { ...pod, status: { ...pod.status, podIP: memory.podIP, podIPs } };
  }
}

/** Nobody asks whether an ephemeral container has started. */
function unstartable({ started: _started, ...status }: Status): Status {
  return status;
}

/** When it ended, more exactly than its status says, if that is known. */
function endedMsOf(run: RunMemory | undefined, { restartCount }: Status, toldMs: number): number {
  return run?.restartCount === restartCount ? (run.endedMs ?? toldMs) : toldMs;
}

const isHeldUp = ({ state: { waiting } }: Status): boolean =>
  waiting !== undefined && !BETWEEN_RUNS.has(waiting.reason ?? '');

/** Why a container waits that has run, or tried to. */
const BETWEEN_RUNS: ReadonlySet<string> = new Set(['CrashLoopBackOff', 'PostStartHookError', 'RunContainerError']);
