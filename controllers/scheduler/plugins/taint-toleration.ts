import { deepEqual, type Frozen } from '../../../server/base/freeze.ts';
import type { Node, Pod } from '../../../server/kube/types.gen.ts';
import { tolerates, untoleratedTaint } from '../../lib/tolerations.ts';
import { type FilterPlugin, normalizeToLargest, type ScorePlugin, unresolvable } from '../framework.ts';

const REFUSED = unresolvable('node(s) had untolerated taint(s)');
const FORBIDDING = ['NoSchedule', 'NoExecute'];

/** Whether a node has a taint that keeps the pod away. */
export function isTainted({ spec }: Frozen<Node>, pod: Frozen<Pod>): boolean {
  return untoleratedTaint(spec.taints, pod.spec.tolerations, FORBIDDING) !== undefined;
}

/** Taints that pods do not tolerate: those that forbid, and those that ask to go elsewhere. */
export const taintToleration: FilterPlugin & ScorePlugin = {
  name: 'TaintToleration',
  weight: 3,
  prepare({ pod: { pod } }) {
    return { filter: { check: ({ node }) => (node.spec.taints && isTainted(node, pod) ? REFUSED : undefined) } };
  },
  helpedBy: {
    node: ({ before, now }, { pod }) =>
      now !== undefined && !isTainted(now, pod) && (before === undefined || isTainted(before, pod)),
    'target-pod': ({ before, now }) => !deepEqual(before?.spec.tolerations, now?.spec.tolerations),
  },
  prepareScore({ pod: { pod } }, nodes) {
    if (!nodes.some(({ node }) => node.spec.taints?.some(({ effect }) => effect === 'PreferNoSchedule')))
      return undefined;
    const tolerations = pod.spec.tolerations?.filter(({ effect }) => !effect || effect === 'PreferNoSchedule') ?? [];
    return {
      rate: ({ node }) =>
        (node.spec.taints ?? []).filter(
          (taint) =>
            taint.effect === 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, taint)),
        ).length,
      normalize: (scores) => normalizeToLargest(scores, true),
    };
  },
};
