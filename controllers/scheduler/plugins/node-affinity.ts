import type { Frozen } from '../../../server/base/freeze.ts';
import type { Node, Pod } from '../../../server/kube/types.gen.ts';
import { namedNodes, nodeSelectorMatches, podWantsNode } from '../../lib/node-selector.ts';
import { type FilterPlugin, normalizeToLargest, type ScorePlugin, unresolvable } from '../framework.ts';

const REFUSED = unresolvable("node(s) didn't match Pod's node affinity/selector");
const CONFLICT = unresolvable('pod affinity terms conflict');

const asksForNodes = ({ spec }: Frozen<Pod>): boolean =>
  spec.nodeSelector !== undefined ||
  spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution !== undefined;

const suits = (node: Frozen<Node>, pod: Frozen<Pod>): boolean => podWantsNode(pod, node);

/** nodeSelector and node affinity, required and preferred. */
export const nodeAffinity: FilterPlugin & ScorePlugin = {
  name: 'NodeAffinity',
  weight: 2,
  prepare({ pod: { pod } }) {
    if (!asksForNodes(pod)) return undefined;
    const nodes = namedNodes(pod);
    if (nodes?.size === 0) return { refusal: CONFLICT };
    return {
      filter: { check: ({ node }) => (suits(node, pod) ? undefined : REFUSED) },
      ...(nodes && { nodes }),
    };
  },
  helpedBy: {
    node: ({ before, now }, { pod }) =>
      now !== undefined && suits(now, pod) && (before === undefined || !suits(before, pod)),
  },
  prepareScore({ pod: { pod } }) {
    const terms = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (terms.length === 0) return undefined;
    // Unlike a required term, a preferred one without requirements suits every node.
    const weighted = terms.map(({ weight, preference }) => {
      const isEmpty = !preference.matchExpressions?.length && !preference.matchFields?.length;
      return { weight, selector: isEmpty ? undefined : { nodeSelectorTerms: [preference] } };
    });
    return {
      rate({ node }) {
        let sum = 0;
        for (const { weight, selector } of weighted)
          if (selector === undefined || nodeSelectorMatches(selector, node)) sum += weight;
        return sum;
      },
      normalize: (scores) => normalizeToLargest(scores, false),
    };
  },
};
