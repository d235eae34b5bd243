import { rfc3339 } from '../../server/base/clock.ts';
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { RunningPod } from '../../server/kube/node-connector.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import type { PodAnswers } from '../../server/kube/pod-answers.ts';
import type { ToldPod } from '../../server/kube/pod-script.ts';
import type { ContainerStatus, Node, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { isPodTerminal, PODS } from '../lib/pods.ts';
import { isCritical, type Rejection, rejectionOf } from './admission.ts';
import { endedStatus } from './container-status.ts';
import { type Again, againAt, Look, newer } from './look.ts';
import { type ApiServers, ClusterNetwork } from './network/cluster-network.ts';
import { internalAddress, nodeUser } from './node-agent.ts';
import { NodeStock } from './node-stock.ts';
import { podIPs } from './pod-ips.ts';
import { type Failure, PodMemory } from './pod-memory.ts';
import type { PodFacts } from './pod-status.ts';
import { PodSync, statusesOf } from './pod-sync.ts';
import { VolumeStore } from './runtime/files/volume-store.ts';
import type { PodRuntime } from './runtime/pod-runtime.ts';
import { SandboxWorld, type WorldParts } from './sandbox-world.ts';
import { keepPace } from './set-clock.ts';
import { type StagedParts, StagedPods } from './staged-pods.ts';
import { ToldPods } from './told-pods.ts';
import { expandVolumes } from './volume-expansion.ts';
import { Waiting } from './waiting.ts';

type Statuses = Map<string, Frozen<ContainerStatus>>;

const DEADLINE: Failure = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
  isUnreadyAtOnce: true,
};

/** immediateEvictionGracePeriodSeconds of pkg/kubelet/eviction. */
const EVICTION_GRACE_SECONDS = 1;

export interface KubeletOptions {
  /** Whether a node is simulated: pods of other nodes are left alone. */
  readonly manages: (node: string) => boolean;
  /** Whether Stages say how the pods of a simulated node are. */
  readonly stages?: (node: string) => boolean;
  /** `all`, or without what happens to every pod: its images are pulled, its containers made, started and stopped. */
  readonly events: 'all' | 'problems';
  readonly apiServers?: ApiServers;
  /** What answers for pods instead of their programs. */
  readonly answers: PodAnswers;
}

/** Runs the pods that are bound to simulated nodes, from their first container to their end. */
export class Kubelet {
  readonly #manages: (node: string) => boolean;
  readonly #stages: (node: string) => boolean;
  readonly #staged = new StagedPods();
  #staging: Pick<StagedParts, 'env' | 'runtime'> | undefined;
  readonly #runtime: () => Promise<PodRuntime>;
  readonly #tellsRoutine: boolean;
  readonly #apiServers: ApiServers;
  readonly #answers: PodAnswers;
  #stock = new NodeStock();
  readonly #pods = new Map<string, PodMemory>();
  /** Pods that are over and still there: the logs of those that ran can be read. */
  readonly #past = new Map<string, Pick<PodMemory, 'uid' | 'running'>>();
  #waiting = new Waiting();
  readonly #told = new ToldPods();
  #network: ClusterNetwork | undefined;
  #world: WorldParts | undefined;
  #store: VolumeStore | undefined;

  constructor(
    { manages, stages = () => false, events, apiServers = {}, answers }: KubeletOptions,
    runtime: () => Promise<PodRuntime>,
  ) {
    this.#manages = manages;
    this.#stages = stages;
    this.#runtime = runtime;
    this.#apiServers = apiServers;
    this.#tellsRoutine = events === 'all';
    this.#answers = answers;
  }

  running(key: Key): RunningPod | undefined {
    const running = this.#pods.get(keyText(key))?.running;
    const staging = this.#staging;
    if (running || !staging) return running;
    const nodeName = staging.env.lister<Pod>(PODS).get(key)?.spec.nodeName;
    if (nodeName === undefined || !this.#stages(nodeName)) return undefined;
    const { env } = staging;
    const parts = { ...staging, network: this.#networkOf(env), store: this.#storeOf(env), answers: this.#answers };
    return this.#staged.of(key, parts);
  }

  /** The same, but nothing is made for it. */
  present(key: Key): RunningPod | undefined {
    return this.#pods.get(keyText(key))?.running ?? this.#staged.present(key);
  }

  past(key: Key): RunningPod | undefined {
    return this.#past.get(keyText(key))?.running;
  }

  /** Pods that wait for something in a namespace, or of none (''), which may be there now. */
  waitingIn(namespace: string): readonly Key[] {
    const keys = namespace === '' ? this.#waiting.anywhere() : this.#waiting.in(namespace);
    return keys.map((key) => this.disturbed(key));
  }

  /** A pod is to be looked at again although it did not change, even if somebody looks at it just now. */
  disturbed(key: Key): Key {
    const memory = this.#pods.get(keyText(key));
    if (memory) {
      memory.disturbances++;
      memory.calm = undefined;
    }
    return key;
  }

  /** Something else answers for a pod from now on: whatever its probes said, they have to be asked again. */
  reanswered(key: Key): Key {
    this.#pods.get(keyText(key))?.running?.disturb();
    return this.disturbed(key);
  }

  /** The network of all pods, as the controller that runs now sees it. */
  #networkOf(env: ControllerEnv): ClusterNetwork {
    if (this.#network?.env !== env)
      this.#network = new ClusterNetwork(env, (key) => this.running(key), this.#apiServers);
    return this.#network;
  }

  /** The world of pods that begin now. */
  #worldOf(env: ControllerEnv): WorldParts {
    const network = this.#networkOf(env);
    if (this.#world?.network !== network) this.#world = { env, network, answers: this.#answers };
    return this.#world;
  }

  /** What pods were told, by uid; those that were told nothing are left out. */
  get told(): ReadonlyMap<string, ToldPod> {
    return this.#told.of(this.#pods.values());
  }

  /** Tells pods this and nothing else, those that do not run yet as soon as they do. */
  tellAgain(told: ReadonlyMap<string, ToldPod>): void {
    this.#told.tellAgain(told, this.#pods.values());
  }

  /** Forgets everything, as machines do that are started anew: pods go on as their statuses say that they are. */
  restart(): void {
    for (const { running } of this.#pods.values()) running?.close();
    this.#staged.restart();
    this.#staging = undefined;
    for (const known of [this.#pods, this.#past]) known.clear();
    this.#waiting = new Waiting();
    this.#stock = new NodeStock();
    this.#network = undefined;
    this.#world = undefined;
    this.#store = undefined;
  }

  forgetNode(name: string): void {
    this.#stock.forgetNode(name);
    this.#store?.forgetNode(name);
  }

  /** A persistent volume is gone, and what was in it. */
  forgetVolume(uid: string): void {
    this.#store?.forgetVolume(uid);
  }

  #storeOf({ clock }: ControllerEnv): VolumeStore {
    this.#store ??= new VolumeStore(clock);
    return this.#store;
  }

  async reconcile(key: Key, env: ControllerEnv): Promise<Again> {
    const text = keyText(key);
    const listed = env.lister<Pod>(PODS).get(key);
    let memory = this.#pods.get(text);
    if (memory && memory.uid !== listed?.metadata.uid) {
      this.#forget(key, memory);
      memory = undefined;
    }
    if (memory) keepPace(memory, env.clock.shiftedMs ?? 0);
    if (this.#past.get(text)?.uid !== listed?.metadata.uid) this.#past.delete(text);
    const nodeName = listed?.spec.nodeName;
    const isStaged = listed !== undefined && nodeName !== undefined && this.#stages(nodeName);
    if (isStaged) this.#staging = { env, runtime: await this.#runtime() };
    if (!isStaged || isPodTerminal(listed)) this.#staged.forget(key);
    if (!listed || !nodeName || !this.#manages(nodeName)) return undefined;
    // What was written a moment ago may not have come back yet.
    const pod = newer(listed, memory?.latest);
    if (memory && pod === listed) memory.latest = undefined;
    const nowMs = env.clock.now();
    if (
      !memory?.isWoken &&
      memory?.calm?.resourceVersion === pod.metadata.resourceVersion &&
      nowMs < (memory?.calm?.untilMs ?? 0)
    )
      return againAt(memory?.calm?.untilMs ?? 0, nowMs);
    const isDeleted = pod.metadata.deletionTimestamp !== undefined;
    if (isPodTerminal(pod) && !isDeleted && !memory?.stopping) return this.#release(key);
    const node = env.lister<Node>('v1/nodes').get({ namespace: '', name: nodeName });
    if (!node && !isDeleted) return undefined;
    if (!memory) {
      const rejection = node && !isDeleted ? this.#rejection(pod, node, env) : undefined;
      memory = new PodMemory(keyOf(pod), pod.metadata.uid ?? '', nodeName, env.clock, rejection);
      this.#pods.set(text, memory);
    }
    memory.isWoken = false;
    // By its labels somebody else may answer for it now.
    if (memory.running && !deepEqual(memory.labels, pod.metadata.labels)) memory.running.disturb();
    memory.labels = pod.metadata.labels;
    const look = new Look(pod, memory, {
      runtime: await this.#runtime(),
      env,
      images: this.#images(node, env),
      store: this.#storeOf(env),
      tellsRoutine: this.#tellsRoutine,
    });
    const again = await this.#lookAt(look, node);
    this.#waiting.set(key, memory.waits && this.#pods.get(text) === memory);
    return again;
  }

  /** Pods that a kubelet has reported before were taken then. */
  #rejection(pod: Frozen<Pod>, node: Frozen<Node>, env: ControllerEnv): Rejection | undefined {
    if (pod.status.startTime !== undefined) return undefined;
    const { name = '' } = node.metadata;
    const pods = env.lister<Pod>(PODS);
    let others: Frozen<Pod>[] | undefined;
    return rejectionOf(pod, node, {
      // This one is among those that are bound.
      countMax: pods.countOnNode(name) - 1,
      find: () => {
        others ??= pods.onNode(name).filter((other) => this.#isTaken(other));
        return others;
      },
    });
  }

  /** Whether a pod uses its node: what was written a moment ago may not have come back yet. */
  #isTaken(pod: Frozen<Pod>): boolean {
    const text = keyText(keyOf(pod));
    const memory = this.#pods.get(text);
    if (memory?.uid === pod.metadata.uid) return memory?.rejection === undefined;
    return pod.status.startTime !== undefined && !isPodTerminal(pod) && this.#past.get(text)?.uid !== pod.metadata.uid;
  }

  #images(node: Frozen<Node> | undefined, env: ControllerEnv): Set<string> {
    return node ? this.#stock.images(node, env) : new Set();
  }

  async #lookAt(look: Look, node: Frozen<Node> | undefined): Promise<Again> {
    const { pod, memory, nowMs } = look;
    memory.waits = false;
    if (pod.metadata.deletionTimestamp !== undefined) return this.#stop(look);
    if (memory.rejection) return look.reject(memory.rejection);
    if (memory.stopping) return this.#stop(look);
    const deadlineMs = deadlineOf(pod, nowMs);
    if (nowMs >= deadlineMs) {
      look.tell('Normal', DEADLINE.reason, DEADLINE.message);
      return this.#stop(look, DEADLINE);
    }
    const eviction = evictionOf(look);
    if (eviction) {
      look.tell('Warning', eviction.reason, eviction.message);
      return this.#stop(look, eviction);
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
    look.complain();
    if (memory.podIP === undefined) {
      const isMounted = pod.status.podIP !== undefined || (look.canBeNamed() && (await look.canMount(node)));
      if (!isMounted) return this.#report(look, facts(look, statuses, { hostIP, podIP: undefined }));
      this.#openSandbox(look, node, hostIP);
    }
    const outcome = await new PodSync(look, statuses).run();
    const { podIP } = memory;
    await expandVolumes(look);
    if (outcome === 'goes on') return this.#report(look, facts(look, statuses, { hostIP, podIP }));
    const isSomeoneLeft = [...statuses.values()].some(({ state }) => state.running);
    const again = await look.report(facts(look, statuses, { hostIP, podIP, isTerminal: !isSomeoneLeft }));
    return isSomeoneLeft ? this.#stop(look.anew()) : again;
  }

  /** What comes while the report is on its way wakes those who wait for it. */
  #report(look: Look, found: PodFacts): Promise<Again> {
    this.#waiting.set(keyOf(look.pod), look.memory.waits);
    return look.report(found);
  }

  #openSandbox(look: Look, node: Frozen<Node>, hostIP: string): void {
    const { pod, memory, runtime, env, tell } = look;
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
    memory.podIPs = pod.spec.hostNetwork ? [podIP] : podIPs(podIP, node.spec.podCIDRs);
    memory.running = runtime.open(pod, podIP, new SandboxWorld(pod, memory, look.surroundings, this.#worldOf(env)));
    this.#told.begin(memory.uid, memory.running);
  }

  /** Containers get their time, but no more than the grace period; then the pod is over. */
  async #stop(look: Look, why?: Failure): Promise<Again> {
    const { pod, memory, nowMs, env } = look;
    const isDeleted = pod.metadata.deletionTimestamp !== undefined;
    const statuses = statusesOf(look);
    const hostIP = pod.status.hostIP;
    memory.stopping ??= await look.beginToStop(why, statuses);
    // Until when there was nothing to do does not count any more.
    memory.calm = undefined;
    const { failure } = memory.stopping;
    const lastMs = await look.hurry(memory.stopping);
    const at = { hostIP: hostIP ?? '', podIP: memory.podIP ?? pod.status.podIP };
    if (nowMs < lastMs) {
      look.wakeAt(lastMs);
      return failure?.isUnreadyAtOnce ? look.report(facts(look, statuses, { ...at, failure })) : againAt(lastMs, nowMs);
    }
    for (const [name, status] of statuses) {
      const stop = memory.stopping.stops.get(name);
      const { message } = look.endOf(name) ?? {};
      const end = { ...stop, exitCode: stop?.exitCode ?? 0, ...(message !== undefined && { message }) };
      if (status.state.running && stop) statuses.set(name, endedStatus(status, end, Math.min(stop.atMs, nowMs)));
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
    if (!memory) return;
    this.#forget(key, memory);
    const { uid, running } = memory;
    this.#past.set(keyText(key), { uid, running });
  }

  #forget(key: Key, { node, podIP, running }: PodMemory): void {
    running?.close();
    this.#pods.delete(keyText(key));
    this.#waiting.set(key, false);
    if (podIP !== undefined) this.#stock.release(node, podIP);
  }
}

/** Critical pods may take what they like. */
function evictionOf({ pod, memory }: Look): Failure | undefined {
  const excess = memory.surroundings?.excess;
  if (excess === undefined || isCritical(pod)) return undefined;
  return { reason: 'Evicted', message: excess, graceSeconds: EVICTION_GRACE_SECONDS };
}

/** A pod that nobody has reported yet begins now. */
function deadlineOf({ spec, status }: Frozen<Pod>, nowMs: number): number {
  const { activeDeadlineSeconds } = spec;
  if (activeDeadlineSeconds === undefined) return Number.POSITIVE_INFINITY;
  return (status.startTime === undefined ? nowMs : Date.parse(status.startTime)) + activeDeadlineSeconds * 1000;
}

type Found = Pick<PodFacts, 'hostIP' | 'podIP'> & Partial<Pick<PodFacts, 'isTerminal' | 'failure'>>;

function facts({ nowMs, memory, pod }: Look, statuses: Statuses, found: Found): PodFacts {
  const podIPs = memory.podIPs ?? (pod.status.podIPs ?? []).map(({ ip }) => ip);
  return { statuses, podIPs, isTerminal: false, now: rfc3339(nowMs), ...found };
}
