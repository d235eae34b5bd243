import { getOwn } from '../../../server/base/freeze.ts';
import { type Cycle, MAX_SCORE, type Score, type ScorePlugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { CountsByNode } from '../selector-counts.ts';
import {
  defaultConstraintsOf,
  HOSTNAME,
  hasAllKeys,
  isIncluded,
  type SpreadConstraint,
  spreadConstraintsOf,
} from '../spread-constraints.ts';

/** What the pods of a constraint count at each node. */
interface Weighted {
  readonly constraint: SpreadConstraint;
  readonly counts: CountsByNode;
  /** By the value of the topology key; host names are counted by node. */
  readonly domains: Map<string, number>;
  /** Few domains count less each than many (topologyNormalizingWeight). */
  readonly weight: number;
}

function weigh(
  { pod, world: { cluster } }: Cycle,
  constraints: readonly SpreadConstraint[],
  nodes: readonly NodeInfo[],
  needsAllKeys: boolean,
): readonly Weighted[] {
  return constraints.map((constraint) => {
    const counts = cluster.count(pod.namespace, constraint.selector);
    const { topologyKey } = constraint;
    const domains = new Map<string, number>();
    if (topologyKey === HOSTNAME) return { constraint, counts, domains, weight: Math.log(nodes.length + 2) };
    for (const { node } of nodes) domains.set(getOwn(node.metadata.labels, topologyKey) ?? '', 0);
    for (const [name, count] of counts) {
      const node = cluster.node(name)?.node;
      if (!node || (needsAllKeys && !hasAllKeys(node, constraints))) continue;
      const value = getOwn(node.metadata.labels, topologyKey) ?? '';
      const before = domains.get(value);
      if (before === undefined) continue;
      if (isIncluded(constraint, pod.pod, node)) domains.set(value, before + count);
    }
    return { constraint, counts, domains, weight: Math.log(domains.size + 2) };
  });
}

function normalize(scores: number[], isIgnored: readonly boolean[]): void {
  let least = Number.MAX_SAFE_INTEGER;
  let most = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? 0;
    if (isIgnored[i]) continue;
    if (score < least) least = score;
    if (score > most) most = score;
  }
  for (let i = 0; i < scores.length; i++) {
    if (isIgnored[i]) scores[i] = 0;
    else scores[i] = most === 0 ? MAX_SCORE : Math.trunc((MAX_SCORE * (most + least - (scores[i] ?? 0))) / most);
  }
}

/** Topology spread constraints that ask, and the default ones. */
export const podTopologySpreadScore: ScorePlugin = {
  name: 'PodTopologySpread',
  weight: 2,
  prepareScore(cycle, nodes): Score | undefined {
    const { pod } = cycle.pod;
    const hasOwn = (pod.spec.topologySpreadConstraints ?? []).length > 0;
    const constraints = hasOwn ? spreadConstraintsOf(pod, 'ScheduleAnyway') : defaultConstraintsOf(pod, cycle.world);
    if (constraints.length === 0) return undefined;
    // Default constraints count what has no such label as one domain more.
    const isIgnored = hasOwn ? nodes.map(({ node }) => !hasAllKeys(node, constraints)) : [];
    const rated = hasOwn ? nodes.filter((_, i) => !isIgnored[i]) : nodes;
    const weighted = weigh(cycle, constraints, rated, hasOwn);
    const ignored = hasOwn ? new Set(nodes.filter((_, i) => isIgnored[i])) : undefined;
    return {
      rate(info) {
        if (ignored?.has(info)) return 0;
        let score = 0;
        for (const { constraint, counts, domains, weight } of weighted) {
          const value = getOwn(info.node.metadata.labels, constraint.topologyKey);
          if (value === undefined) continue;
          const count = (constraint.topologyKey === HOSTNAME ? counts.get(info.name) : domains.get(value)) ?? 0;
          score += count * weight + (constraint.maxSkew - 1);
        }
        return Math.round(score);
      },
      normalize: (scores) => normalize(scores, isIgnored),
    };
  },
};
