/** Gives each node the ranges of its pods' addresses: k8s.io/kubernetes/pkg/controller/nodeipam, RangeAllocator. */
import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { Node } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { JOINT_WORKERS } from '../lib/joint-patches.ts';
import { CidrSet } from './cidr-set.ts';
import type { ClusterRange } from './cluster-ranges.ts';

const NODES = 'v1/nodes';

class NodeIpam {
  readonly #sets: readonly CidrSet[];
  /** What was chosen for nodes, by uid, and is not on their objects yet. */
  readonly #chosen = new Map<string, readonly string[]>();

  constructor(ranges: readonly ClusterRange[], serviceRanges: readonly string[]) {
    this.#sets = ranges.map(({ block, maskSize, first }) => new CidrSet(block, maskSize, first));
    for (const set of this.#sets) for (const range of serviceRanges) set.occupy(range);
  }

  /** Ranges that nodes have already are taken before the first is handed out. */
  start(env: ControllerEnv): Cancel {
    return env.onChange<Node>(NODES, ({ before, now }) => {
      const uid = before?.metadata.uid ?? '';
      if (before && now?.metadata.uid !== uid) {
        this.#release(this.#chosen.get(uid) ?? before.spec.podCIDRs ?? []);
        this.#chosen.delete(uid);
      }
      for (const [i, cidr] of (now?.spec.podCIDRs ?? []).entries()) this.#sets[i]?.occupy(cidr);
    });
  }

  /** Most changes of nodes are about something else. */
  isConcernedBy({ metadata: { uid = '' }, spec }: Frozen<Node>): boolean {
    return !spec.podCIDRs?.length || this.#chosen.has(uid);
  }

  async reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
    const node = env.lister<Node>(NODES).get(key);
    if (!node || node.metadata.deletionTimestamp !== undefined) return;
    const { name = '', uid = '' } = node.metadata;
    const chosen = this.#chosen.get(uid);
    if (node.spec.podCIDRs?.length) {
      // Somebody else was faster.
      if (chosen && chosen[0] !== node.spec.podCIDRs[0]) this.#release(chosen);
      this.#chosen.delete(uid);
      return;
    }
    const podCIDRs = chosen ?? this.#choose(node, env);
    this.#chosen.set(uid, podCIDRs);
    try {
      await env.patchJointly(NODES, key, { metadata: { uid }, spec: { podCIDR: podCIDRs[0], podCIDRs } });
    } catch (error) {
      if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return;
      this.#tell(name, uid, 'CIDRAssignmentFailed', env);
      throw error;
    }
  }

  #choose({ metadata: { name = '', uid = '' } }: Frozen<Node>, env: ControllerEnv): readonly string[] {
    const podCIDRs: string[] = [];
    for (const [i, set] of this.#sets.entries()) {
      const cidr = set.take();
      if (cidr === undefined) {
        this.#release(podCIDRs);
        this.#tell(name, uid, 'CIDRNotAvailable', env);
        throw new Error(`no pod range is left for node ${name} in range ${i} of the cluster`);
      }
      podCIDRs.push(cidr);
    }
    return podCIDRs;
  }

  #release(cidrs: readonly string[]): void {
    for (const [i, cidr] of cidrs.entries()) this.#sets[i]?.release(cidr);
  }

  #tell(name: string, uid: string, status: string, env: ControllerEnv): void {
    const about: KubeObject = { apiVersion: 'v1', kind: 'Node', metadata: { name, uid } };
    env.event(about, 'Normal', status, `Node ${name} status is now: ${status}`);
  }
}

/**
 * Made anew for each cluster: it remembers which ranges are in use.
 *
 * @param ranges one for each IP family
 * @param serviceRanges no node gets addresses of these
 * @throws Error when a range is smaller than that of a node
 */
export function createNodeIpam(
  ranges: readonly ClusterRange[],
  serviceRanges: readonly string[],
): ControllerDefinition {
  const ipam = new NodeIpam(ranges, serviceRanges);
  return {
    name: 'node-ipam-controller',
    account: 'node-controller',
    eventSource: 'cidrAllocator',
    queue: 'cidrallocator_node',
    watches: [
      {
        resource: NODES,
        isSelf: true,
        keys: (node) => (ipam.isConcernedBy(node as Frozen<Node>) ? [keyOf(node)] : []),
      },
    ],
    workers: JOINT_WORKERS,
    start: (env) => ipam.start(env),
    reconcile: (key, env) => ipam.reconcile(key, env),
  };
}
