/** Whether a node takes a pod that was bound to it: k8s.io/kubernetes/pkg/kubelet/lifecycle/predicate.go. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Node, Pod } from '../../server/kube/types.gen.ts';
import { hostPortsOf, portsConflict } from '../lib/host-ports.ts';
import { podWantsNode } from '../lib/node-selector.ts';
import { amountOf, podRequests } from '../lib/pod-requests.ts';
import { untoleratedTaint } from '../lib/tolerations.ts';
import { forbiddenSysctl } from './sysctl-admission.ts';

/** Why a pod fails before it begins. */
export interface Rejection {
  readonly reason: string;
  readonly message: string;
}

const OS_LABEL = 'kubernetes.io/os';
/** Pods of this priority and above are critical: they never fail for want of resources (SystemCriticalPriority). */
const CRITICAL_PRIORITY = 2_000_000_000;
/** What is asked for first, and told about first. */
const FIRST = ['cpu', 'memory', 'ephemeral-storage'];

const predicate = (name: string, what: string): Rejection => ({
  reason: name,
  message: `Predicate ${name} failed: ${what}`,
});

/** Pods that a node has taken and that are not over. */
export interface Others {
  /** There are no more than so many. */
  readonly countMax: number;
  /** Finds them, which most pods can do without: that takes a look at each pod of the node. */
  readonly find: () => readonly Frozen<Pod>[];
}

/**
 * What keeps a pod from a node, although it is bound to it: whoever names a node in `spec.nodeName` asks no scheduler.
 *
 * @returns the first reason
 */
export function rejectionOf(pod: Frozen<Pod>, node: Frozen<Node>, others: Others): Rejection | undefined {
  return (
    systemProblem(pod, node) ??
    sysctlProblem(pod) ??
    (isCritical(pod) ? undefined : shortage(pod, node, others)) ??
    placementProblem(pod, node, others)
  );
}

/** Whether a pod is one without which the cluster does not work. */
export const isCritical = ({ spec }: Frozen<Pod>): boolean => (spec.priority ?? 0) >= CRITICAL_PRIORITY;

function sysctlProblem(pod: Frozen<Pod>): Rejection | undefined {
  const problem = forbiddenSysctl(pod);
  return problem === undefined ? undefined : { reason: 'SysctlForbidden', message: `forbidden sysctl: ${problem}` };
}

/** What no other pod has a part in. */
function systemProblem({ metadata, spec }: Frozen<Pod>, { metadata: { labels }, status }: Frozen<Node>) {
  const system = labels?.[OS_LABEL] ?? (status.nodeInfo?.operatingSystem || 'linux');
  const wanted = metadata.labels?.[OS_LABEL];
  // The label of the pod itself, not its selector: so it is upstream.
  if (wanted !== undefined && wanted !== system)
    return {
      reason: 'PodOSSelectorNodeLabelDoesNotMatch',
      message: "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
    };
  if (spec.os && spec.os.name !== system)
    return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
  return undefined;
}

function shortage(pod: Frozen<Pod>, { status }: Frozen<Node>, others: Others): Rejection | undefined {
  const { allocatable = {} } = status;
  const sizeOf = (resource: string): number => amountOf(resource, allocatable[resource] ?? '0');
  const room = sizeOf('pods');
  if (allocatable.pods !== undefined && others.countMax + 1 > room) {
    const count = others.find().length;
    if (count + 1 > room) return outOf('pods', 1, count, room);
  }
  const requests = podRequests(pod);
  const extended = [...requests.keys()].filter((resource) => !FIRST.includes(resource));
  for (const resource of [...FIRST, ...extended]) {
    const requested = requests.get(resource) ?? 0;
    if (requested === 0 || (allocatable[resource] === undefined && mayBeUntold(resource))) continue;
    const capacity = sizeOf(resource);
    const used = others.find().reduce((sum, other) => sum + (podRequests(other).get(resource) ?? 0), 0);
    if (requested > capacity - used) return outOf(resource, requested, used, capacity);
  }
  return undefined;
}

/**
 * What a node knows nothing of may be the cluster's: upstream does not ask for extended resources either. Everything
 * else every kubelet tells; whoever made a simulated node without does not mean that it has none.
 */
const mayBeUntold = (resource: string): boolean => resource.includes('/') || FIRST.includes(resource);

const outOf = (resource: string, requested: number, used: number, capacity: number): Rejection => ({
  reason: `OutOf${resource}`,
  message:
    `Node didn't have enough resource: ${resource}, ` + `requested: ${requested}, used: ${used}, capacity: ${capacity}`,
});

function placementProblem(pod: Frozen<Pod>, node: Frozen<Node>, others: Others): Rejection | undefined {
  if (!podWantsNode(pod, node)) return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  const ports = hostPortsOf(pod);
  const isTaken =
    ports.length > 0 &&
    others.find().some((other) => hostPortsOf(other).some((taken) => ports.some((port) => portsConflict(port, taken))));
  if (isTaken) return predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  // Others are only kept away by the scheduler.
  if (untoleratedTaint(node.spec.taints, pod.spec.tolerations, ['NoExecute']))
    return predicate('TaintToleration', "node(s) had taints that the pod didn't tolerate");
  return undefined;
}
