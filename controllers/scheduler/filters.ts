/** Why a pod cannot run on a node, in the words and the order of kube-scheduler's filter plugins. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { podWantsNode } from '../lib/node-selector.ts';
import { tolerates, untoleratedTaint } from '../lib/tolerations.ts';
import type { NodeInfo } from './node-info.ts';

/** What stands in the way; `helpless` when the eviction of other pods would not change it. */
export interface Obstacle {
  readonly reasons: readonly string[];
  readonly helpless: boolean;
}

type Filter = (pod: Frozen<Pod>, info: NodeInfo) => Obstacle | undefined;

const helpless = (reason: string): Obstacle => ({ reasons: [reason], helpless: true });

const UNSCHEDULABLE = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

const FILTERS: readonly Filter[] = [
  function nodeUnschedulable(pod, { node }) {
    const tolerated = pod.spec.tolerations?.some((toleration) => tolerates(toleration, UNSCHEDULABLE));
    return node.spec.unschedulable && !tolerated ? helpless('node(s) were unschedulable') : undefined;
  },
  function taintToleration(pod, { node }) {
    const taint = untoleratedTaint(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']);
    return taint ? helpless('node(s) had untolerated taint(s)') : undefined;
  },
  function nodeAffinity(pod, { node }) {
    return podWantsNode(pod, node) ? undefined : helpless("node(s) didn't match Pod's node affinity/selector");
  },
  function nodePorts(pod, info) {
    const reason = "node(s) didn't have free ports for the requested pod ports";
    return info.portTaken(pod) ? { reasons: [reason], helpless: false } : undefined;
  },
  function nodeResourcesFit(pod, info) {
    const reasons = info.misfits(pod);
    return reasons.length > 0 ? { reasons, helpless: info.isTooSmall(pod) } : undefined;
  },
];

/** The first obstacle, or undefined when the pod may run there. */
export function obstacleOf(pod: Frozen<Pod>, info: NodeInfo): Obstacle | undefined {
  for (const filter of FILTERS) {
    const obstacle = filter(pod, info);
    if (obstacle) return obstacle;
  }
  return undefined;
}

/** Why no node was even looked at; the preemption plugin finds none then. */
export function refusalMessage(total: number, reason: string): string {
  return total === 0 ? fitMessage([], 0) : `0/${total} nodes are available: ${reason}. not found`;
}

const NOT_NAMED = "node(s) didn't satisfy plugin(s) [NodeAffinity]";

/**
 * `0/2 nodes are available: 2 Insufficient cpu. preemption: …`: FitError's text, with the preemption plugin's part.
 *
 * @param obstacles those of the nodes that were looked at
 * @param total how many nodes there are: others were not, because the pod names its nodes
 */
export function fitMessage(obstacles: readonly Obstacle[], total: number): string {
  if (total === 0) return 'no nodes available to schedule pods';
  const all = [...obstacles, ...Array.from({ length: total - obstacles.length }, () => helpless(NOT_NAMED))];
  const histogram = (reasons: readonly string[]): string => {
    const counts = new Map<string, number>();
    for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return [...counts]
      .map(([reason, count]) => `${count} ${reason}`)
      .sort()
      .join(', ');
  };
  const filtered = histogram(all.flatMap(({ reasons }) => reasons));
  const preemption = histogram(
    all.map((obstacle) =>
      obstacle.helpless ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod',
    ),
  );
  return `0/${total} nodes are available: ${filtered}. preemption: 0/${total} nodes are available: ${preemption}.`;
}
