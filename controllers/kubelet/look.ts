import { type Clock, rfc3339 } from '../../server/base/clock.ts';
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { ContainerStatus, Node, Pod, PodStatus } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import type { Rejection } from './admission.ts';
import { lateMessage, MOUNT_TIMEOUT_MS, unattachedVolumes } from './attached-volumes.ts';
import { nodeUser } from './node-agent.ts';
import type { Failure, PodMemory, Stopping } from './pod-memory.ts';
import { PodReferences } from './pod-references.ts';
import { changedStatus, type PodFacts, rejectedStatus } from './pod-status.ts';
import { mountProblems } from './references.ts';
import { hostnameProblem } from './runtime/files/pod-hostname.ts';
import { PodSurroundings } from './runtime/files/pod-surroundings.ts';
import { TokenRefused } from './runtime/files/sources.ts';
import type { VolumeStore } from './runtime/files/volume-store.ts';
import type { AnyContainer, PodRuntime, RunEnd } from './runtime/pod-runtime.ts';
import { wake } from './sandbox-world.ts';
import type { SyncContext } from './sync-context.ts';
import { type StopFacts, stopsOf, takeTurns } from './termination.ts';

/** Kubelets look after ended containers now and then: however soon they end, clients see the pod terminating. */
const STOP_SEEN_MS = 300;

/** How long a kubelet waits before it mounts a volume again (exponentialbackoff of pkg/util/goroutinemap). */
const MOUNT_RETRY_MS = { first: 500, longest: 122_000 } as const;

/** Kubelets read claims in a loop of its own, which begins again so much later (desiredStateOfWorldPopulator). */
const CLAIM_READ_MS = 100;

export type Again = { readonly againInMs: number } | undefined;
type Statuses = ReadonlyMap<string, Frozen<ContainerStatus>>;

/** What was written a moment ago may not have come back yet. */
export function newer(pod: Frozen<Pod>, latest: Frozen<Pod> | undefined): Frozen<Pod> {
  const isNewer = latest && Number(latest.metadata.resourceVersion) > Number(pod.metadata.resourceVersion);
  return isNewer ? latest : pod;
}

export function againAt(timeMs: number, nowMs: number): Again {
  return timeMs === Number.POSITIVE_INFINITY ? undefined : { againInMs: Math.max(0, timeMs - nowMs) };
}

/** What is the same for all pods of a node. */
export interface Surroundings {
  readonly runtime: PodRuntime;
  readonly env: ControllerEnv;
  /** Images that the node has. */
  readonly images: Set<string>;
  /** Files that outlive pods. */
  readonly store: VolumeStore;
  /** Whether Events tell of what happens to every pod, too. */
  readonly tellsRoutine: boolean;
}

/** One look at a pod, with everything that it needs. */
export class Look implements SyncContext {
  readonly pod: Frozen<Pod>;
  readonly memory: PodMemory;
  readonly runtime: PodRuntime;
  readonly env: ControllerEnv;
  readonly images: Set<string>;
  readonly clock: Clock;
  readonly nowMs: number;
  readonly #around: Surroundings;
  readonly #disturbances: number;
  #wakeMs = Number.POSITIVE_INFINITY;

  constructor(pod: Frozen<Pod>, memory: PodMemory, around: Surroundings) {
    this.pod = pod;
    this.memory = memory;
    this.runtime = around.runtime;
    this.env = around.env;
    this.images = around.images;
    this.clock = around.env.clock;
    this.nowMs = around.env.clock.now();
    this.#around = around;
    this.#disturbances = memory.disturbances;
  }

  /** The same after a report. */
  anew(): Look {
    return new Look(newer(this.pod, this.memory.latest), this.memory, this.#around);
  }

  get refs(): PodReferences {
    this.memory.refs ??= new PodReferences(this.pod, this.memory, this.#around);
    return this.memory.refs;
  }

  get surroundings(): PodSurroundings {
    const { memory, env, pod } = this;
    memory.surroundings ??= new PodSurroundings(pod, this.refs, this.#around.store, waker(memory, env));
    return memory.surroundings;
  }

  readonly tell: SyncContext['tell'] = (type, reason, message, container?: AnyContainer) => {
    const fieldPath = container && fieldPathOf(this.pod, container);
    this.env.event(this.pod, type, reason, message, { host: this.memory.node, ...(fieldPath && { fieldPath }) });
  };

  readonly routine: SyncContext['routine'] = (reason, message, container) => {
    if (this.#around.tellsRoutine) this.tell('Normal', reason, message, container);
  };

  readonly wakeAt = (timeMs: number): void => {
    this.#wakeMs = Math.min(this.#wakeMs, timeMs);
  };

  readonly wake = (): void => wake(this.memory, this.env);

  /** The pod fails before it begins. */
  async reject(rejection: Rejection): Promise<Again> {
    if (!this.memory.hasToldRejection) this.tell('Warning', rejection.reason, rejection.message);
    this.memory.hasToldRejection = true;
    await this.#write(rejectedStatus(this.pod, rejection, rfc3339(this.nowMs)));
    return undefined;
  }

  /** Says what is wrong with what the pod says about its behaviour, once so long as it says the same. */
  complain(): void {
    const complaint = this.runtime.complaint(this.pod);
    if (complaint === this.memory.complaint) return;
    this.memory.complaint = complaint;
    if (complaint !== undefined) this.tell('Warning', 'InvalidBehaviour', complaint);
  }

  /** Whether the pod can have the hostname that it wants. If not, that is told once. */
  canBeNamed(): boolean {
    const problem = hostnameProblem(this.pod);
    if (problem === undefined) return true;
    const told = `Failed to create pod sandbox: ${problem}`;
    if (this.memory.toldWait !== told) this.tell('Warning', 'FailedCreatePodSandBox', told);
    this.memory.toldWait = told;
    return false;
  }

  /** Whether the volumes of the pod are there. Which are not is told once. */
  async canMount(node: Frozen<Node>): Promise<boolean> {
    const problems = mountProblems(this.pod, this.refs);
    const readMs = this.memory.seenMs + CLAIM_READ_MS;
    const due = problems.filter(({ passes }) => !passes || this.nowMs >= readMs);
    if (due.length < problems.length) this.wakeAt(readMs);
    const messages = due.map(({ message }) => message);
    const unattached = unattachedVolumes(this.pod, node, this.env);
    if (unattached.length > 0) {
      const lateMs = this.memory.seenMs + MOUNT_TIMEOUT_MS;
      if (this.nowMs >= lateMs) messages.push(lateMessage(problems, unattached));
      else this.wakeAt(lateMs);
    }
    if (problems.length === 0 && unattached.length === 0) {
      const refused = await this.#refusedToken();
      if (refused !== undefined) messages.push(refused);
    }
    const told = messages.join('\n');
    if (told !== (this.memory.toldWait ?? ''))
      for (const message of messages) this.tell('Warning', 'FailedMount', message);
    this.memory.toldWait = told;
    this.memory.waits = problems.length > 0;
    return messages.length === 0 && problems.length === 0 && unattached.length === 0;
  }

  /** Why a token that the pod mounts cannot be had. It is tried again later, later each time. */
  async #refusedToken(): Promise<string | undefined> {
    const { pod, memory, nowMs, runtime } = this;
    const due = memory.mountRetry?.dueMs ?? nowMs;
    if (nowMs < due) {
      this.wakeAt(due);
      return memory.toldWait;
    }
    try {
      for (const container of [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])])
        if (runtime.run(pod, container, 0).hasProcesses) await this.surroundings.prepare(container);
      return undefined;
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error;
      const { delayMs } = memory.mountRetry ?? {};
      const nextMs = delayMs === undefined ? MOUNT_RETRY_MS.first : Math.min(delayMs * 2, MOUNT_RETRY_MS.longest);
      memory.mountRetry = { delayMs: nextMs, dueMs: nowMs + nextMs };
      this.wakeAt(nowMs + nextMs);
      return `MountVolume.SetUp failed for volume "${error.volume}" : ${error.message}`;
    }
  }

  /** Tells every running container to end. */
  async beginToStop(failure: Failure | undefined, statuses: Statuses): Promise<Stopping> {
    const { pod, nowMs } = this;
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
    const ownSeconds = pod.spec.terminationGracePeriodSeconds ?? 30;
    const seconds = failure?.graceSeconds ?? ownSeconds;
    const graceMs = (deletionTimestamp === undefined ? seconds : deletionGracePeriodSeconds) * 1000;
    const { initContainers, containers, ephemeralContainers } = pod.spec;
    const all = [...(initContainers ?? []), ...(containers ?? []), ...(ephemeralContainers ?? [])];
    const running = all.flatMap((container) => {
      const status = statuses.get(container.name);
      return status?.state.running ? [{ container, restartCount: status.restartCount }] : [];
    });
    for (const { container } of running) this.routine('Killing', `Stopping container ${container.name}`, container);
    return {
      ...(failure && { failure }),
      graceMs,
      sinceMs: nowMs,
      ...(await stopsOf(running, this.#stopFacts(graceMs))),
    };
  }

  #stopFacts(graceMs: number): StopFacts {
    const { pod, memory, runtime, clock, nowMs, wake } = this;
    const hookFailed = (container: AnyContainer): void =>
      this.tell('Warning', 'FailedPreStopHook', 'PreStopHook failed', container);
    return { pod, runtime, running: memory.running, clock, graceMs, nowMs, hookFailed, wake };
  }

  /** @returns when the last container ends; sooner if somebody gives the pod less time than before */
  async hurry(stopping: Stopping): Promise<number> {
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = this.pod.metadata;
    const graceMs = deletionGracePeriodSeconds * 1000;
    if (deletionTimestamp !== undefined && graceMs < stopping.graceMs) {
      stopping.graceMs = graceMs;
      for (const stop of stopping.stops.values())
        if (stop.atMs > this.nowMs + graceMs)
          Object.assign(stop, { atMs: this.nowMs + graceMs, exitCode: stop.exitCode && 137 });
    }
    for (const [name, stop] of stopping.stops) {
      const ended = this.endOf(name);
      if (ended && ended.atMs < stop.atMs) Object.assign(stop, { atMs: ended.atMs, exitCode: ended.exitCode });
    }
    await takeTurns(stopping, this.#stopFacts(stopping.graceMs));
    const seenMs = stopping.graceMs > 0 && stopping.stops.size > 0 ? stopping.sinceMs + STOP_SEEN_MS : this.nowMs;
    return Math.max(this.nowMs, seenMs, ...[...stopping.stops.values()].map(({ atMs }) => atMs));
  }

  /** How the present run of a container ended, if nobody knew before. */
  endOf(name: string): RunEnd | undefined {
    const { running, runs } = this.memory;
    return running?.ended(name, runs.get(name)?.restartCount ?? 0);
  }

  /** Writes what has changed, and says when to look again. */
  async report(found: PodFacts): Promise<Again> {
    const status = changedStatus(this.pod, found);
    const reported = status ? await this.#write(status) : this.pod;
    if (reported) this.memory.latest = reported;
    const isUndisturbed = this.memory.disturbances === this.#disturbances;
    if (isUndisturbed && (!reported || isAsSeen(reported, this.pod))) {
      const { resourceVersion = '' } = (reported ?? this.pod).metadata;
      this.memory.calm = { resourceVersion, untilMs: this.#wakeMs };
    }
    return againAt(this.#wakeMs, this.nowMs);
  }

  async #write(status: Partial<Frozen<PodStatus>>): Promise<Frozen<Pod> | undefined> {
    const client = this.env.clientOf(nodeUser(this.memory.node));
    const body = { metadata: { uid: this.memory.uid }, status };
    try {
      return await client.patch<Pod>(PODS, keyOf(this.pod), 'merge', body, 'status');
    } catch (error) {
      // Deleted meanwhile: the informer will say so.
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  }
}

/** For who lives as long as the pod: a look, with all that it saw, does not. */
const waker =
  (memory: PodMemory, env: ControllerEnv): (() => void) =>
  () =>
    wake(memory, env);

/** Whether nobody else, who deletes a pod for example, wrote between what was seen and what was reported. */
function isAsSeen(reported: Frozen<Pod>, seen: Frozen<Pod>): boolean {
  if (reported === seen) return true;
  const { generation, deletionTimestamp, annotations } = reported.metadata;
  return (
    generation === seen.metadata.generation &&
    deletionTimestamp === seen.metadata.deletionTimestamp &&
    deepEqual(annotations, seen.metadata.annotations) &&
    // Others write the conditions of gates.
    !seen.spec.readinessGates?.length
  );
}

function fieldPathOf({ spec }: Frozen<Pod>, { name }: AnyContainer): string {
  const list = (['initContainers', 'containers', 'ephemeralContainers'] as const).find((field) =>
    spec[field]?.some((container) => container.name === name),
  );
  return `spec.${list}{${name}}`;
}
