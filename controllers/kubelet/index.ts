/** A fake kubelet for every node of the cluster: a pod that is bound to one runs at once, until its containers end. */
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { NodeConnector, RunningPod } from '../../server/kube/node-connector.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import type { ContainerStatus, Node, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { live, toldToEnd } from './container-life.ts';
import { internalAddress, NodeAgent, nodeUser } from './node-agent.ts';
import { PodIps } from './pod-ips.ts';
import { endedPodStatus, followedPodStatus, livedPodStatus, runningPodStatus } from './pod-status.ts';
import { type PodRuntime, simulatedRuntime } from './runtime/pod-runtime.ts';
import { runPod } from './runtime/run-pod.ts';
import type { SimulatedNodes } from './simulated-nodes.ts';

/** What the kubelet has started. */
interface Started {
  readonly uid: string;
  readonly node: string;
  readonly podIP: string;
  readonly running: RunningPod;
  /** When containers began, more exactly than their statuses say. */
  readonly beganMs: Map<string, number>;
  /** Since when its containers are being stopped. */
  stoppingSinceMs?: number;
}

/** How long containers take to end once they are told to: long enough that clients see the pod terminating. */
const TERMINATION_MS = 300;

type Again = { readonly againInMs: number } | undefined;

class Kubelet {
  readonly #manages: (node: string) => boolean;
  readonly #runtime: PodRuntime;
  readonly #ips = new Map<string, PodIps>();
  readonly #pods = new Map<string, Started>();

  constructor(manages: (node: string) => boolean, runtime: PodRuntime) {
    this.#manages = manages;
    this.#runtime = runtime;
  }

  running(key: Key): RunningPod | undefined {
    return this.#pods.get(keyText(key))?.running;
  }

  async reconcile(key: Key, env: ControllerEnv): Promise<Again> {
    const pod = env.lister<Pod>('v1/pods').get(key);
    const started = this.#pods.get(keyText(key));
    if (started && started.uid !== pod?.metadata.uid) this.#forget(key, started);
    const nodeName = pod?.spec.nodeName;
    if (!pod || !nodeName || !this.#manages(nodeName)) return undefined;
    if (pod.metadata.deletionTimestamp !== undefined) return this.#stop(pod, env);
    if (isFinished(pod)) return this.#release(key);
    const node = env.lister<Node>('v1/nodes').get({ namespace: '', name: nodeName });
    if (!node) return undefined;
    const known = this.#pods.get(keyText(key));
    if (known) return this.#goOn(pod, known, env);
    await this.#start(pod, node, env);
    return undefined;
  }

  async #start(pod: Frozen<Pod>, node: Frozen<Node>, env: ControllerEnv): Promise<void> {
    const key = keyOf(pod);
    const hostIP = internalAddress(node);
    // The node is about to get its addresses, and its pods are looked at again when it has.
    if (hostIP === undefined || !node.spec.podCIDR) return;
    const podIP = this.#address(pod, node, hostIP, env);
    if (podIP === undefined) {
      env.event(
        pod,
        'Warning',
        'FailedCreatePodSandBox',
        `Failed to create pod sandbox: no address left in ${node.spec.podCIDR}`,
        { host: nodeNameOf(pod) },
      );
      throw new Error(`node ${nodeNameOf(pod)} has no address left for ${keyText(key)}`);
    }
    const beganMs = new Map<string, number>();
    this.#pods.set(keyText(key), {
      uid: pod.metadata.uid ?? '',
      node: nodeNameOf(pod),
      podIP,
      running: runPod(pod, podIP),
      beganMs,
    });
    // A kubelet that was started anew finds its pods running.
    if (isRunning(pod)) {
      env.enqueue(key);
      return;
    }
    const nowMs = env.clock.now();
    for (const { name } of pod.spec.containers ?? []) beganMs.set(runOf({ name, restartCount: 0 }), nowMs);
    try {
      await this.#report(pod, runningPodStatus(pod, { hostIP, podIP }, rfc3339(nowMs)), env);
    } catch (error) {
      this.#release(key);
      throw error;
    }
  }

  /** The address that the pod has already, the node's own for host networking, or a new one. */
  #address(pod: Frozen<Pod>, node: Frozen<Node>, hostIP: string, env: ControllerEnv): string | undefined {
    if (pod.spec.hostNetwork) return hostIP;
    const ips = this.#ipsOf(node, env);
    if (!ips) return undefined;
    if (pod.status.podIP === undefined) return ips.take();
    ips.reserve(pod.status.podIP);
    return pod.status.podIP;
  }

  #ipsOf(node: Frozen<Node>, env: ControllerEnv): PodIps | undefined {
    const name = node.metadata.name ?? '';
    let ips = this.#ips.get(name);
    if (ips || !node.spec.podCIDR) return ips;
    ips = new PodIps(node.spec.podCIDR);
    for (const pod of env.lister<Pod>('v1/pods').onNode(name))
      if (pod.status.podIP && !pod.spec.hostNetwork) ips.reserve(pod.status.podIP);
    this.#ips.set(name, ips);
    return ips;
  }

  /** Containers end and begin anew by the time; whatever else there is to report comes after that. */
  async #goOn(pod: Frozen<Pod>, { beganMs }: Started, env: ControllerEnv): Promise<Again> {
    const nowMs = env.clock.now();
    const before = pod.status.containerStatuses ?? [];
    let againInMs = Number.POSITIVE_INFINITY;
    const statuses = before.map((status) => {
      const container = pod.spec.containers?.find(({ name }) => name === status.name);
      if (!container) return status;
      const startedMs = beganMs.get(runOf(status));
      const lived = live(pod, container, status, { nowMs, startedMs, runtime: this.#runtime });
      againInMs = Math.min(againInMs, lived.inMs ?? againInMs);
      return lived.status;
    });
    if (statuses.every((status, i) => status === before[i])) await this.#refresh(pod, env);
    else {
      this.#note(beganMs, statuses, nowMs);
      await this.#report(pod, livedPodStatus(pod, statuses, rfc3339(nowMs)), env);
      this.#tellBackOff(pod, statuses, env);
    }
    return againInMs === Number.POSITIVE_INFINITY ? undefined : { againInMs };
  }

  #note(beganMs: Map<string, number>, statuses: readonly Frozen<ContainerStatus>[], nowMs: number): void {
    for (const status of statuses)
      if (status.state.running && !beganMs.has(runOf(status))) beganMs.set(runOf(status), nowMs);
  }

  #tellBackOff(pod: Frozen<Pod>, statuses: readonly Frozen<ContainerStatus>[], env: ControllerEnv): void {
    const { name: podName, namespace, uid } = pod.metadata;
    for (const { name, state } of statuses) {
      if (!state.waiting) continue;
      const message = `Back-off restarting failed container ${name} in pod ${podName}_${namespace}(${uid})`;
      const detail = { host: nodeNameOf(pod), fieldPath: `spec.containers{${name}}` };
      env.event(pod, 'Warning', 'BackOff', message, detail);
    }
  }

  /** A running pod changed, or somebody wrote over its status. */
  async #refresh(pod: Frozen<Pod>, env: ControllerEnv): Promise<void> {
    const status = followedPodStatus(pod, rfc3339(env.clock.now()));
    if (status) await this.#report(pod, status, env);
  }

  async #report(pod: Frozen<Pod>, status: object, env: ControllerEnv): Promise<void> {
    const client = env.clientOf(nodeUser(nodeNameOf(pod)));
    try {
      await client.patch('v1/pods', keyOf(pod), 'merge', { metadata: { uid: pod.metadata.uid }, status }, 'status');
    } catch (error) {
      // Deleted meanwhile: the informer will say so.
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    }
  }

  /** Containers get their time, but no more than the grace period; then the pod goes. */
  async #stop(pod: Frozen<Pod>, env: ControllerEnv): Promise<Again> {
    const key = keyOf(pod);
    const started = this.#pods.get(keyText(key));
    const graceMs = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
    if (started) {
      started.stoppingSinceMs ??= env.clock.now();
      const leftMs = started.stoppingSinceMs + Math.min(TERMINATION_MS, graceMs) - env.clock.now();
      if (leftMs > 0) return { againInMs: leftMs };
      this.#forget(key, started);
    }
    if (pod.metadata.finalizers?.length && !isFinished(pod)) {
      const statuses = (pod.status.containerStatuses ?? []).map((status) => toldToEnd(status, env.clock.now()));
      await this.#report(pod, endedPodStatus(pod, statuses, rfc3339(env.clock.now())), env);
    }
    // Without grace already: only a finalizer holds it, which is not ours.
    if (graceMs === 0) return undefined;
    const client = env.clientOf(nodeUser(nodeNameOf(pod)));
    try {
      await client.delete('v1/pods', key, { uid: pod.metadata.uid ?? '', gracePeriodSeconds: 0 });
    } catch (error) {
      if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
    }
    return undefined;
  }

  #release(key: Key): undefined {
    const started = this.#pods.get(keyText(key));
    if (started) this.#forget(key, started);
  }

  #forget(key: Key, { node, podIP }: Started): void {
    this.#pods.delete(keyText(key));
    this.#ips.get(node)?.release(podIP);
  }
}

const nodeNameOf = (pod: Frozen<Pod>): string => pod.spec.nodeName ?? '';
const isFinished = ({ status }: Frozen<Pod>): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';

/** Whether a kubelet has reported this pod as running. */
function isRunning({ spec, status }: Frozen<Pod>): boolean {
  const { containerStatuses = [], hostIP, phase, podIP } = status;
  const isReported = hostIP !== undefined && podIP !== undefined;
  return phase === 'Running' && isReported && containerStatuses.length === spec.containers?.length;
}

/** One run of a container. */
const runOf = ({ name, restartCount }: Pick<ContainerStatus, 'name' | 'restartCount'>): string =>
  `${name} ${restartCount}`;

/**
 * @param version of Kubernetes, which nodes report
 * @param simulated nodes: pods of others are left alone
 * @returns the controller, and the door to the pods that it runs
 */
export function createKubelet(
  version: string,
  simulated: SimulatedNodes,
): { controller: ControllerDefinition; nodes: NodeConnector } {
  const kubelet = new Kubelet((node) => simulated.runsPods(node), simulatedRuntime);
  const agent = new NodeAgent(version, simulated);
  const controller: ControllerDefinition = {
    name: 'kubelet',
    account: 'kubelet',
    agent: 'kubelet',
    user: nodeUser('kubelet'),
    watches: [
      { resource: 'v1/pods', keys: (pod) => ((pod as Frozen<Pod>).spec.nodeName ? [keyOf(pod)] : []) },
      {
        resource: 'v1/nodes',
        // Pods that were bound before their node was there, or before it had addresses for them, begin now.
        keys: (node, env) => [
          keyOf(node),
          ...env
            .lister<Pod>('v1/pods')
            .onNode(node.metadata.name ?? '')
            .filter(({ status }) => status.podIP === undefined)
            .map(keyOf),
        ],
      },
    ],
    reads: ['coordination.k8s.io/v1/leases'],
    workers: 32,
    start: (env) => agent.start(env),
    // Only nodes have no namespace.
    reconcile: (key, env) => (key.namespace === '' ? agent.reconcile(key.name, env) : kubelet.reconcile(key, env)),
  };
  return { controller, nodes: { pod: (key) => kubelet.running(key) } };
}
