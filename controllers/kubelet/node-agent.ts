/** The node's side of a kubelet: it reports its node ready and renews its lease. */
import { type Cancel, rfc3339 } from '../../server/base/clock.ts';
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { keyOf } from '../../server/kube/object.ts';
import { OS_IMAGE } from '../../server/kube/simulated-node.ts';
import type { Lease, Node, NodeCondition, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { reportVolumesInUse } from './attached-volumes.ts';
import { Heartbeats, LEASE_NAMESPACE, LEASES, nodeUser } from './heartbeats.ts';
import { internalAddress, NodeAddresses } from './node-addresses.ts';
import { NodeEvents } from './node-events.ts';
import { nodeComplaint } from './runtime/preset.ts';
import type { SimulatedNodes } from './simulated-nodes.ts';

export { nodeUser } from './heartbeats.ts';
export { internalAddress } from './node-addresses.ts';

/** What a node has when nobody says otherwise. */
export const DEFAULT_CAPACITY = { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '250' } as const;

const OPERATING_SYSTEM = 'linux';
const ARCHITECTURE = 'amd64';

const CONDITIONS: readonly [type: string, status: string, reason: string, message: string][] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

/** Its own conditions anew; those of others stay. */
function conditions(node: Frozen<Node>, now: string): Frozen<NodeCondition>[] {
  const foreign = (node.status.conditions ?? []).filter(({ type }) => !CONDITIONS.some(([own]) => own === type));
  const own = CONDITIONS.map(([type, status, reason, message]) => {
    const before = node.status.conditions?.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
    return { type, status, lastHeartbeatTime: now, lastTransitionTime, reason, message };
  });
  return [...own, ...foreign];
}

/** Reports what a kubelet knows of its machine; what the node's author wrote stays. */
export class NodeAgent {
  readonly #version: string;
  readonly #nodes: SimulatedNodes;
  readonly #addresses = new NodeAddresses();
  readonly #heartbeats: Heartbeats;
  readonly #events: NodeEvents | undefined;
  /** What was told of nodes that wish what they cannot. */
  readonly #complaints = new Map<string, string>();

  /** @param tellsRoutine whether Events tell of what happens to every node, too */
  constructor(version: string, nodes: SimulatedNodes, tellsRoutine: boolean) {
    this.#version = version;
    this.#nodes = nodes;
    this.#heartbeats = new Heartbeats((name) => nodes.runs(name));
    if (tellsRoutine) this.#events = new NodeEvents();
  }

  /** Renews the leases of all nodes from now on. */
  start(env: ControllerEnv): Cancel {
    this.#nodes.restart();
    const lookAgain = (): void => {
      for (const resource of ['v1/nodes', 'v1/pods'])
        for (const object of env.lister(resource).list()) env.enqueue(keyOf(object));
    };
    const governed = this.#nodes.onGoverned(lookAgain);
    const cancels = [this.#addresses.start(env), this.#heartbeats.start(env), governed];
    return () => {
      for (const cancel of cancels) cancel();
    };
  }

  /** Makes a node ready that is not, unless it is somebody else's or lost. */
  async reconcile(name: string, env: ControllerEnv): Promise<undefined> {
    const node = env.lister<Node>('v1/nodes').get({ namespace: '', name });
    if (!node) {
      this.#nodes.forget(name);
      this.#heartbeats.forget(name);
      this.#complaints.delete(name);
      this.#events?.forget(name);
      return undefined;
    }
    const lease = env.lister<Lease>(LEASES).get({ namespace: LEASE_NAMESPACE, name });
    const leftMs = this.#nodes.adopt(node, lease, env.clock.now());
    if (leftMs !== 0) {
      // By a timer of its own: what a pass returns does not count when the node changes in the middle of it.
      if (leftMs !== undefined) env.enqueue(keyOf(node), leftMs);
      return undefined;
    }
    this.#complain(node, env);
    const state = this.#nodes.look(node);
    if (state === 'lost') return undefined;
    const ready = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    if (this.#nodes.reportsNodes && (!ready || internalAddress(node) === undefined)) await this.#report(node, env);
    if (this.#nodes.reportsNodes) this.#events?.tellSchedulable(node, env);
    if (this.#nodes.reportsNodes && this.#nodes.runsPods(name)) await reportVolumesInUse(node, env);
    if (!lease || state === 'back') await this.#renew(node, env);
    // What happened to its pods in the meantime, a kubelet sees when it is back.
    if (state === 'back') for (const pod of env.lister<Pod>('v1/pods').onNode(name)) env.enqueue(keyOf(pod));
    return undefined;
  }

  /** Says what is wrong with what a node says about its behaviour, once so long as it says the same. */
  #complain(node: Frozen<Node>, env: ControllerEnv): void {
    const { name = '' } = node.metadata;
    const complaint = nodeComplaint(node);
    if (complaint === this.#complaints.get(name)) return;
    if (complaint === undefined) this.#complaints.delete(name);
    else {
      this.#complaints.set(name, complaint);
      env.event(node, 'Warning', 'InvalidBehaviour', complaint, { host: name });
    }
  }

  async #report(node: Frozen<Node>, env: ControllerEnv): Promise<void> {
    const name = node.metadata.name ?? '';
    const { addresses = [{ type: 'Hostname', address: name }], capacity = DEFAULT_CAPACITY } = node.status;
    const address = internalAddress(node) ?? this.#addresses.choose(node);
    const status = {
      addresses: [
        { type: 'InternalIP', address },
        ...addresses.filter((other) => other.type !== 'InternalIP' || other.address !== address),
      ],
      capacity,
      allocatable: node.status.allocatable ?? capacity,
      conditions: conditions(node, rfc3339(env.clock.now())),
      nodeInfo: { ...node.status.nodeInfo, ...nodeInfo(this.#version) },
      declaredFeatures: DECLARED_FEATURES,
    };
    const labels = missingLabels(node);
    const patch = labels ? { metadata: { labels }, status } : { status };
    await env.clientOf(nodeUser(name)).patch('v1/nodes', { namespace: '', name }, 'merge', patch, 'status');
    this.#events?.tellReported(node, env);
  }

  async #renew(node: Frozen<Node>, env: ControllerEnv): Promise<void> {
    try {
      await this.#heartbeats.renew(node, env);
    } catch (error) {
      // The informer of leases was behind: somebody has renewed it.
      if (!(error instanceof ApiError && error.code === 409)) throw error;
    }
  }
}

/** What a kubelet says of its machine when it registers (updateDefaultLabels); what somebody else has said stays. */
function missingLabels({ metadata: { name = '', labels } }: Frozen<Node>): Record<string, string> | undefined {
  const missing = Object.entries({
    'kubernetes.io/arch': ARCHITECTURE,
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': OPERATING_SYSTEM,
  }).filter(([key]) => getOwn(labels, key) === undefined);
  return missing.length === 0 ? undefined : Object.fromEntries(missing);
}

/** What a kubelet of this version can do by default, and is asked about when pods change. */
const DECLARED_FEATURES = ['InPlacePodLevelResourcesVerticalScaling', 'InPlacePodVerticalScalingInitContainers'];

/** What a node says of its system. */
export function nodeInfo(version: string): Frozen<Node>['status']['nodeInfo'] {
  return {
    machineID: '',
    systemUUID: '',
    bootID: '',
    kernelVersion: '6.1.0',
    osImage: OS_IMAGE,
    containerRuntimeVersion: 'containerd://2.0.0',
    kubeletVersion: version,
    kubeProxyVersion: '',
    operatingSystem: OPERATING_SYSTEM,
    architecture: ARCHITECTURE,
  } as Frozen<Node>['status']['nodeInfo'];
}
