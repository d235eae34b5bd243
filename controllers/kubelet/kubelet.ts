import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { RunningPod } from '../../server/kube/node-connector.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import type { ConfigMap, ContainerStatus, Node, Pod, PodStatus, Secret } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { isPodTerminal, PODS } from '../lib/pods.ts';
import { endedStatus } from './container-status.ts';
import { internalAddress, nodeUser } from './node-agent.ts';
import { NodeStock } from './node-stock.ts';
import { newPodMemory, type PodMemory, type Stopping } from './pod-memory.ts';
import { changedStatus, type PodFacts } from './pod-status.ts';
import { PodSync, statusesOf } from './pod-sync.ts';
import { mountProblems, type References } from './references.ts';
import type { AnyContainer, PodRuntime } from './runtime/pod-runtime.ts';
import type { SyncContext } from './sync-context.ts';
import { stopsOf } from './termination.ts';
import { Waiting } from './waiting.ts';

type Again = { readonly againInMs: number } | undefined;
type Statuses = Map<string, Frozen<ContainerStatus>>;

const DEADLINE = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
} as const;

/** Runs the pods that are bound to simulated nodes, from their first container to their end. */
export class Kubelet {
  readonly #manages: (node: string) => boolean;
  readonly #runtime: () => Promise<PodRuntime>;
  readonly #stock = new NodeStock();
  readonly #pods = new Map<string, PodMemory>();
  readonly #waiting = new Waiting();

  /** @param runtime made when the first pod needs it */
  constructor(manages: (node: string) => boolean, runtime: () => Promise<PodRuntime>) {
    this.#manages = manages;
    this.#runtime = runtime;
  }

  running(key: Key): RunningPod | undefined {
    return this.#pods.get(keyText(key))?.running;
  }

  /** Pods that wait for something in a namespace, which may be there now. */
  waitingIn(namespace: string): readonly Key[] {
    return this.#waiting.in(namespace).map((key) => {
      delete this.#pods.get(keyText(key))?.calm;
      return key;
    });
  }

  forgetNode(name: string): void {
    this.#stock.forgetNode(name);
  }

  async reconcile(key: Key, env: ControllerEnv): Promise<Again> {
    const text = keyText(key);
    const listed = env.lister<Pod>(PODS).get(key);
    let memory = this.#pods.get(text);
    if (memory && memory.uid !== listed?.metadata.uid) {
      this.#forget(key, memory);
      memory = undefined;
    }
    const nodeName = listed?.spec.nodeName;
    if (!listed || !nodeName || !this.#manages(nodeName)) return undefined;
    // What was written a moment ago may not have come back yet.
    const pod = newer(listed, memory?.latest);
    const nowMs = env.clock.now();
    if (memory?.calm?.resourceVersion === pod.metadata.resourceVersion && nowMs < (memory?.calm?.untilMs ?? 0))
      return againAt(memory?.calm?.untilMs ?? 0, nowMs);
    const isDeleted = pod.metadata.deletionTimestamp !== undefined;
    if (isPodTerminal(pod) && !isDeleted && !memory?.stopping) return this.#release(key);
    const node = env.lister<Node>('v1/nodes').get({ namespace: '', name: nodeName });
    if (!node && !isDeleted) return undefined;
    if (!memory) {
      memory = newPodMemory(pod.metadata.uid ?? '', nodeName, nowMs);
      this.#pods.set(text, memory);
    }
    const look = new Look(pod, memory, await this.#runtime(), env, this.#images(node, env));
    const again = await this.#lookAt(look, node);
    this.#waiting.set(key, memory.waits && this.#pods.get(text) === memory);
    return again;
  }

  #images(node: Frozen<Node> | undefined, env: ControllerEnv): Set<string> {
    return node ? this.#stock.images(node, env) : new Set();
  }

  async #lookAt(look: Look, node: Frozen<Node> | undefined): Promise<Again> {
    const { pod, memory, nowMs } = look;
    memory.waits = false;
    if (pod.metadata.deletionTimestamp !== undefined) return this.#stop(look, 'deleted');
    if (memory.stopping) return this.#stop(look, memory.stopping.why);
    const deadlineMs = deadlineOf(pod);
    if (nowMs >= deadlineMs) {
      look.tell('Normal', DEADLINE.reason, DEADLINE.message);
      return this.#stop(look, 'deadline');
    }
    if (deadlineMs !== Number.POSITIVE_INFINITY) look.wakeAt(deadlineMs);
    return node ? this.#sync(look, node) : undefined;
  }

  async #sync(look: Look, node: Frozen<Node>): Promise<Again> {
    const { pod, memory } = look;
    const hostIP = internalAddress(node);
    // The node is about to get its addresses, and its pods are looked at again when it has.
    if (hostIP === undefined || !node.spec.podCIDR) return this.#release(keyOf(pod));
    const statuses = statusesOf(look);
    if (memory.podIP === undefined) {
      look.complain();
      const isMounted = pod.status.podIP !== undefined || look.canMount();
      if (!isMounted) return look.report(facts(look, statuses, { hostIP, podIP: undefined }));
      this.#openSandbox(look, node, hostIP);
    }
    const outcome = await new PodSync(look, statuses).run();
    const { podIP } = memory;
    if (outcome === 'goes on') return look.report(facts(look, statuses, { hostIP, podIP }));
    const isSomeoneLeft = [...statuses.values()].some(({ state }) => state.running);
    const again = await look.report(facts(look, statuses, { hostIP, podIP, isTerminal: !isSomeoneLeft }));
    return isSomeoneLeft ? this.#stop(look.anew(), 'finished') : again;
  }

  #openSandbox({ pod, memory, runtime, env, tell }: Look, node: Frozen<Node>, hostIP: string): void {
    const podIP = this.#stock.address(pod, node, hostIP, env);
    if (podIP === undefined) {
      tell(
        'Warning',
        'FailedCreatePodSandBox',
        `Failed to create pod sandbox: no address left in ${node.spec.podCIDR}`,
      );
      throw new Error(`node ${memory.node} has no address left for ${keyText(keyOf(pod))}`);
    }
    memory.podIP = podIP;
    memory.running = runtime.open(pod, podIP);
  }

  /** Containers get their time, but no more than the grace period; then the pod is over. */
  async #stop(look: Look, why: Stopping['why']): Promise<Again> {
    const { pod, memory, nowMs, env } = look;
    const isDeleted = pod.metadata.deletionTimestamp !== undefined;
    const statuses = statusesOf(look);
    const failure = why === 'deadline' ? DEADLINE : undefined;
    const hostIP = pod.status.hostIP;
    memory.stopping ??= await look.beginToStop(why, statuses);
    const lastMs = look.hurry(memory.stopping);
    const at = { hostIP: hostIP ?? '', podIP: memory.podIP ?? pod.status.podIP };
    if (nowMs < lastMs) {
      look.wakeAt(lastMs);
      return failure ? look.report(facts(look, statuses, { ...at, failure })) : againAt(lastMs, nowMs);
    }
    for (const [name, status] of statuses) {
      const stop = memory.stopping.stops.get(name);
      if (status.state.running && stop) statuses.set(name, endedStatus(status, stop, Math.min(stop.atMs, nowMs)));
    }
    this.#release(keyOf(pod));
    if (hostIP !== undefined)
      await look.report(facts(look, statuses, { ...at, isTerminal: true, ...(failure && { failure }) }));
    if (!isDeleted || (pod.metadata.deletionGracePeriodSeconds ?? 0) === 0) return undefined;
    try {
      const options = { uid: pod.metadata.uid ?? '', gracePeriodSeconds: 0 };
      await env.clientOf(nodeUser(memory.node)).delete(PODS, keyOf(pod), options);
    } catch (error) {
      if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
    }
    return undefined;
  }

  #release(key: Key): undefined {
    const memory = this.#pods.get(keyText(key));
    if (memory) this.#forget(key, memory);
  }

  #forget(key: Key, { node, podIP }: PodMemory): void {
    this.#pods.delete(keyText(key));
    this.#waiting.set(key, false);
    if (podIP !== undefined) this.#stock.release(node, podIP);
  }
}

function newer(pod: Frozen<Pod>, latest: Frozen<Pod> | undefined): Frozen<Pod> {
  const isNewer = latest && Number(latest.metadata.resourceVersion) > Number(pod.metadata.resourceVersion);
  return isNewer ? latest : pod;
}

function againAt(timeMs: number, nowMs: number): Again {
  return timeMs === Number.POSITIVE_INFINITY ? undefined : { againInMs: Math.max(0, timeMs - nowMs) };
}

function deadlineOf({ spec, status }: Frozen<Pod>): number {
  const { activeDeadlineSeconds } = spec;
  if (activeDeadlineSeconds === undefined || status.startTime === undefined) return Number.POSITIVE_INFINITY;
  return Date.parse(status.startTime) + activeDeadlineSeconds * 1000;
}

type Found = Pick<PodFacts, 'hostIP' | 'podIP'> & Partial<Pick<PodFacts, 'isTerminal' | 'failure'>>;

function facts({ nowMs }: Look, statuses: Statuses, found: Found): PodFacts {
  return { statuses, isTerminal: false, now: rfc3339(nowMs), ...found };
}

/** One look at a pod, with everything that it needs. */
class Look implements SyncContext {
  readonly pod: Frozen<Pod>;
  readonly memory: PodMemory;
  readonly runtime: PodRuntime;
  readonly env: ControllerEnv;
  readonly images: Set<string>;
  readonly nowMs: number;
  #wakeMs = Number.POSITIVE_INFINITY;

  constructor(pod: Frozen<Pod>, memory: PodMemory, runtime: PodRuntime, env: ControllerEnv, images: Set<string>) {
    this.pod = pod;
    this.memory = memory;
    this.runtime = runtime;
    this.env = env;
    this.images = images;
    this.nowMs = env.clock.now();
  }

  /** The same after a report. */
  anew(): Look {
    return new Look(newer(this.pod, this.memory.latest), this.memory, this.runtime, this.env, this.images);
  }

  readonly refs: References = {
    configMap: (name) => this.env.lister<ConfigMap>('v1/configmaps').get({ namespace: this.#namespace, name }),
    secret: (name) => this.env.lister<Secret>('v1/secrets').get({ namespace: this.#namespace, name }),
  };

  get #namespace(): string {
    return this.pod.metadata.namespace ?? '';
  }

  readonly tell: SyncContext['tell'] = (type, reason, message, container?: AnyContainer) => {
    const fieldPath = container && fieldPathOf(this.pod, container);
    this.env.event(this.pod, type, reason, message, { host: this.memory.node, ...(fieldPath && { fieldPath }) });
  };

  readonly wakeAt = (timeMs: number): void => {
    this.#wakeMs = Math.min(this.#wakeMs, timeMs);
  };

  /** Says what is wrong with what the pod says about its behaviour. */
  complain(): void {
    const complaint = this.runtime.complaint(this.pod);
    if (complaint !== undefined && !this.memory.hasComplained) this.tell('Warning', 'InvalidBehaviour', complaint);
    this.memory.hasComplained = true;
  }

  /** Whether the volumes of the pod are there. Which are not is told once. */
  canMount(): boolean {
    const problems = mountProblems(this.pod, this.refs);
    const told = problems.map(({ message }) => message).join('\n');
    if (told !== (this.memory.toldWait ?? ''))
      for (const { message } of problems) this.tell('Warning', 'FailedMount', message);
    this.memory.toldWait = told;
    this.memory.waits = problems.length > 0;
    return problems.length === 0;
  }

  /** Tells every running container to end. */
  async beginToStop(why: Stopping['why'], statuses: Statuses): Promise<Stopping> {
    const { pod, memory, runtime, nowMs } = this;
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = pod.metadata;
    const ownSeconds = pod.spec.terminationGracePeriodSeconds ?? 30;
    const graceMs = (deletionTimestamp === undefined ? ownSeconds : deletionGracePeriodSeconds) * 1000;
    const running = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])].flatMap((container) => {
      const status = statuses.get(container.name);
      return status?.state.running ? [{ container, restartCount: status.restartCount }] : [];
    });
    for (const { container } of running)
      this.tell('Normal', 'Killing', `Stopping container ${container.name}`, container);
    const hookFailed = (container: AnyContainer): void =>
      this.tell('Warning', 'FailedPreStopHook', 'PreStopHook failed', container);
    const stops = await stopsOf(running, { pod, runtime, running: memory.running, graceMs, nowMs, hookFailed });
    return { why, graceMs, sinceMs: nowMs, stops };
  }

  /** @returns when the last container ends; sooner if somebody gives the pod less time than before */
  hurry(stopping: Stopping): number {
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = this.pod.metadata;
    const graceMs = deletionGracePeriodSeconds * 1000;
    if (deletionTimestamp !== undefined && graceMs < stopping.graceMs) {
      stopping.graceMs = graceMs;
      for (const [name, { atMs, exitCode }] of stopping.stops)
        if (atMs > this.nowMs + graceMs)
          stopping.stops.set(name, { atMs: this.nowMs + graceMs, exitCode: exitCode && 137 });
    }
    return Math.max(this.nowMs, ...[...stopping.stops.values()].map(({ atMs }) => atMs));
  }

  /** Writes what has changed, and says when to look again. */
  async report(found: PodFacts): Promise<Again> {
    const status = changedStatus(this.pod, found);
    const reported = status ? await this.#write(status) : this.pod;
    if (reported) this.memory.latest = reported;
    const resourceVersion = (reported ?? this.pod).metadata.resourceVersion ?? '';
    this.memory.calm = { resourceVersion, untilMs: this.#wakeMs };
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

function fieldPathOf({ spec }: Frozen<Pod>, { name }: AnyContainer): string {
  const list = (['initContainers', 'containers', 'ephemeralContainers'] as const).find((field) =>
    spec[field]?.some((container) => container.name === name),
  );
  return `spec.${list}{${name}}`;
}
