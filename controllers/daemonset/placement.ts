/** Where the pods of a daemon set belong: NodeShouldRunDaemonPod of pkg/controller/daemon. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { Affinity, Node, Pod, PodSpec, Toleration } from '../../server/kube/types.gen.ts';
import { NODE_NAME, podWantsNode } from '../lib/node-selector.ts';
import { untoleratedTaint } from '../lib/tolerations.ts';

/** What a daemon set wants of a node. */
export interface Placement {
  /** Whether a pod belongs there. */
  readonly shouldRun: boolean;
  /** Whether a pod that is there may stay. */
  readonly mayStay: boolean;
}

const UNWANTED: Placement = { shouldRun: false, mayStay: false };

/** Taints that no daemon pod minds: what they tell of is what daemons are there for. */
const TOLERATED: readonly (readonly [key: string, effect: string])[] = [
  ['node.kubernetes.io/not-ready', 'NoExecute'],
  ['node.kubernetes.io/unreachable', 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  ['node.kubernetes.io/unschedulable', 'NoSchedule'],
];
const NETWORK_UNAVAILABLE = ['node.kubernetes.io/network-unavailable', 'NoSchedule'] as const;

/** Two tolerations of the same taint; one may be for a time only (Toleration.MatchToleration). */
function isSameTaint(a: Frozen<Toleration>, b: Frozen<Toleration>): boolean {
  return a.key === b.key && a.effect === b.effect && a.operator === b.operator && (a.value ?? '') === (b.value ?? '');
}

/** What the template tolerates, and what every daemon pod does (AddOrUpdateDaemonPodTolerations). */
export function daemonTolerations({ tolerations = [], hostNetwork }: Frozen<PodSpec>): readonly Frozen<Toleration>[] {
  let all: readonly Frozen<Toleration>[] = tolerations;
  for (const [key, effect] of hostNetwork ? [...TOLERATED, NETWORK_UNAVAILABLE] : TOLERATED) {
    const toleration = { key, operator: 'Exists', effect };
    if (all.some((given) => deepEqual(given, toleration))) continue;
    const replaced = all.map((given) => (isSameTaint(given, toleration) ? toleration : given));
    all = replaced.includes(toleration) ? replaced : [...all, toleration];
  }
  return all;
}

/** @param tolerations those of {@link daemonTolerations} */
export function placementOn(
  node: Frozen<Node>,
  spec: Frozen<PodSpec>,
  tolerations: readonly Frozen<Toleration>[],
): Placement {
  const { nodeName = '' } = spec;
  if (nodeName !== '' && nodeName !== node.metadata.name) return UNWANTED;
  if (!podWantsNode({ spec }, node)) return UNWANTED;
  const { taints } = node.spec;
  const shouldRun = !untoleratedTaint(taints, tolerations, ['NoSchedule', 'NoExecute']);
  return { shouldRun, mayStay: shouldRun || !untoleratedTaint(taints, tolerations, ['NoExecute']) };
}

/**
 * The affinity that leaves the scheduler one node to choose. It takes the place of what the template asks of nodes: the
 * node has been found to fit that.
 */
export function affinityTo(node: string, affinity: Frozen<Affinity> = {}): Frozen<Affinity> {
  const matchFields = [{ key: NODE_NAME, operator: 'In', values: [node] }];
  const requiredDuringSchedulingIgnoredDuringExecution = { nodeSelectorTerms: [{ matchFields }] };
  return { ...affinity, nodeAffinity: { ...affinity.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution } };
}

/** The node that a pod is on or was made for; undefined for a pod that could be anywhere (GetTargetNodeName). */
export function targetNodeOf({ spec }: Frozen<Pod>): string | undefined {
  if (spec.nodeName) return spec.nodeName;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? []) {
    for (const { key, operator, values = [] } of matchFields)
      if (key === NODE_NAME && operator === 'In') return values.length === 1 ? values[0] : undefined;
  }
  return undefined;
}
