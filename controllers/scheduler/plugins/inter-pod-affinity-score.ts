import { getOwn } from '../../../server/base/freeze.ts';
import { type AffinityTerm, termMatches, type WeightedTerm } from '../affinity-terms.ts';
import { type Cycle, MAX_SCORE, type ScorePlugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

/** What the required affinity of a pod that is there counts for one that would fit to it. */
const REQUIRED_WEIGHT = 1;

/** Points by topology key and value. */
type Points = Map<string, Map<string, number>>;

function pointsFor({ pod, world }: Cycle): Points {
  const { preferred, preferredAnti } = pod.affinity;
  const points: Points = new Map();
  const give = (term: AffinityTerm, weight: number, about: PodInfo, node: NodeInfo): void => {
    const value = getOwn(node.node.metadata.labels, term.topologyKey);
    if (value === undefined || !termMatches(term, about.pod, world.namespaceLabels)) return;
    const values = points.get(term.topologyKey) ?? new Map<string, number>();
    points.set(term.topologyKey, values.set(value, (values.get(value) ?? 0) + weight));
  };
  const giveAll = (terms: readonly WeightedTerm[], sign: 1 | -1, about: PodInfo, node: NodeInfo): void => {
    for (const term of terms) give(term, sign * term.weight, about, node);
  };
  const consider = (other: PodInfo, node: NodeInfo): void => {
    giveAll(preferred, 1, other, node);
    giveAll(preferredAnti, -1, other, node);
    for (const term of other.affinity.required) give(term, REQUIRED_WEIGHT, pod, node);
    giveAll(other.affinity.preferred, 1, pod, node);
    giveAll(other.affinity.preferredAnti, -1, pod, node);
  };
  const { nodes, nodesWithAffinity } = world.cluster;
  const isPicky = preferred.length + preferredAnti.length > 0;
  for (const node of isPicky ? nodes : nodesWithAffinity)
    for (const other of isPicky ? node.pods.values() : node.podsWithAffinity) consider(other, node);
  return points;
}

/** Spreads scores from 0 to 100, the worst to the best. */
function normalize(scores: number[]): void {
  const [least, most] = [Math.min(...scores), Math.max(...scores)];
  for (let i = 0; i < scores.length; i++) {
    const share = most > least ? ((scores[i] ?? 0) - least) / (most - least) : 0;
    scores[i] = Math.trunc(MAX_SCORE * share);
  }
}

/** Preferred pod affinity and anti-affinity, of the pod and of those that are there. */
export const interPodAffinityScore: ScorePlugin = {
  name: 'InterPodAffinity',
  weight: 2,
  prepareScore(cycle) {
    const { preferred, preferredAnti } = cycle.pod.affinity;
    if (preferred.length + preferredAnti.length === 0 && cycle.world.cluster.nodesWithAffinity.size === 0)
      return undefined;
    const points = pointsFor(cycle);
    if (points.size === 0) return undefined;
    return {
      rate({ node }) {
        let score = 0;
        for (const [key, values] of points) {
          const value = getOwn(node.metadata.labels, key);
          if (value !== undefined) score += values.get(value) ?? 0;
        }
        return score;
      },
      normalize,
    };
  },
};
