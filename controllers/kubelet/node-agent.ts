/** The node's side of a kubelet: it reports its node ready and renews its lease. */
import { type Cancel, rfc3339, rfc3339Micro } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { freeNodeAddress } from '../../server/kube/node-addresses.ts';
import type { User } from '../../server/kube/object.ts';
import { freePodCidr } from '../../server/kube/pod-cidrs.ts';
import type { Lease, Node, NodeAddress, NodeCondition } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { NodeChoices } from './node-choices.ts';

/** kubelet's defaults: a lease of 40 s, renewed every 10 s. */
const LEASE_SECONDS = 40;
const RENEW_MS = 10_000;

const LEASES = 'coordination.k8s.io/v1/leases';
const LEASE_NAMESPACE = 'kube-node-lease';

/** What a node has when nobody says otherwise. */
export const DEFAULT_CAPACITY = { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '250' } as const;

const CONDITIONS: readonly [type: string, status: string, reason: string, message: string][] = [
  ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
];

export const nodeUser = (node: string): User => ({
  name: `system:node:${node}`,
  groups: ['system:nodes', 'system:authenticated'],
});

function conditions(node: Frozen<Node>, now: string): NodeCondition[] {
  return CONDITIONS.map(([type, status, reason, message]) => {
    const before = node.status.conditions?.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
    return { type, status, lastHeartbeatTime: now, lastTransitionTime, reason, message };
  });
}

/** Where a node is reached from within the cluster. */
export function internalAddress(node: Frozen<Node>): string | undefined {
  return node.status.addresses?.find(({ type }) => type === 'InternalIP')?.address;
}

/** Reports what a kubelet knows of its machine; what the node's author wrote stays. */
export class NodeAgent {
  readonly #version: string;
  readonly #manages: (node: string) => boolean;
  readonly #ranges = new NodeChoices();
  readonly #addresses = new NodeChoices();

  constructor(version: string, manages: (node: string) => boolean) {
    this.#version = version;
    this.#manages = manages;
  }

  /** Renews the leases of all nodes from now on. */
  start(env: ControllerEnv): Cancel {
    let cancel: Cancel = () => undefined;
    const renew = (): void => {
      for (const { metadata } of env.lister<Node>('v1/nodes').list()) {
        const name = metadata.name ?? '';
        if (this.#manages(name))
          this.#renew(name, metadata.uid ?? '', env).catch((err: unknown) =>
            env.log.debug({ node: name, err }, 'its lease was not renewed'),
          );
      }
      cancel = env.clock.schedule(RENEW_MS, renew);
    };
    cancel = env.clock.schedule(RENEW_MS, renew);
    return () => cancel();
  }

  /** Makes a node ready that is not. */
  async reconcile(name: string, env: ControllerEnv): Promise<undefined> {
    const node = env.lister<Node>('v1/nodes').get({ namespace: '', name });
    if (!node || !this.#manages(name)) return;
    if (!node.spec.podCIDR) await this.#assignRange(node, env);
    const ready = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    if (!ready || internalAddress(node) === undefined) await this.#report(node, env);
    if (!env.lister<Lease>(LEASES).get({ namespace: LEASE_NAMESPACE, name }))
      await this.#renew(name, node.metadata.uid ?? '', env);
  }

  async #assignRange(node: Frozen<Node>, env: ControllerEnv): Promise<void> {
    const nodes = env.lister<Node>('v1/nodes').list();
    const podCIDR = this.#ranges.choose(node, nodes, ({ spec }) => spec.podCIDR, freePodCidr);
    if (podCIDR === undefined) throw new Error(`no pod range is left for node ${node.metadata.name}`);
    const name = node.metadata.name ?? '';
    const metadata = { resourceVersion: node.metadata.resourceVersion };
    await env
      .clientOf(nodeUser(name))
      .patch('v1/nodes', { namespace: '', name }, 'merge', { metadata, spec: { podCIDR, podCIDRs: [podCIDR] } });
  }

  async #report(node: Frozen<Node>, env: ControllerEnv): Promise<void> {
    const name = node.metadata.name ?? '';
    const { addresses = [{ type: 'Hostname', address: name }], capacity = DEFAULT_CAPACITY } = node.status;
    const status = {
      addresses: [...this.#missingAddress(node, env), ...addresses],
      capacity,
      allocatable: node.status.allocatable ?? capacity,
      conditions: conditions(node, rfc3339(env.clock.now())),
      nodeInfo: { ...node.status.nodeInfo, ...nodeInfo(this.#version) },
      declaredFeatures: DECLARED_FEATURES,
    };
    await env.clientOf(nodeUser(name)).patch('v1/nodes', { namespace: '', name }, 'merge', { status }, 'status');
  }

  /** Nodes that fixtures and clients make have no machine that would know its address. */
  #missingAddress(node: Frozen<Node>, env: ControllerEnv): NodeAddress[] {
    if (internalAddress(node) !== undefined) return [];
    const nodes = env.lister<Node>('v1/nodes').list();
    const address = this.#addresses.choose(node, nodes, internalAddress, freeNodeAddress);
    return address === undefined ? [] : [{ type: 'InternalIP', address }];
  }

  async #renew(name: string, uid: string, env: ControllerEnv): Promise<void> {
    const client = env.clientOf(nodeUser(name));
    const renewTime = rfc3339Micro(env.clock.now());
    try {
      await client.patch(LEASES, { namespace: LEASE_NAMESPACE, name }, 'merge', { spec: { renewTime } });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
      const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }];
      const spec = { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime };
      await client.create(LEASES, { metadata: { name, namespace: LEASE_NAMESPACE, ownerReferences }, spec });
    }
  }
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
    osImage: 'fauxkube (simulated)',
    containerRuntimeVersion: 'containerd://2.0.0',
    kubeletVersion: version,
    kubeProxyVersion: '',
    operatingSystem: 'linux',
    architecture: 'amd64',
  } as Frozen<Node>['status']['nodeInfo'];
}
