import { deepEqual, type Frozen, getOwn } from '../../../server/base/freeze.ts';
import { selectorMatches } from '../../../server/kube/labels.ts';
import type { Node, Pod } from '../../../server/kube/types.gen.ts';
import { haveLabelsChanged } from '../cluster-events.ts';
import { type Cycle, type Filter, type FilterPlugin, resolvable, unresolvable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';
import { hasAllKeys, isIncluded, type SpreadConstraint, spreadConstraintsOf } from '../spread-constraints.ts';

const REASON = "node(s) didn't match pod topology spread constraints";
const TOO_MANY = resolvable(REASON);
const NO_LABEL = unresolvable(`${REASON} (missing required label)`);

interface Domains {
  readonly constraint: SpreadConstraint;
  /** Matching pods by the value of the topology key. */
  readonly pods: Map<string, number>;
  readonly isSelfMatching: boolean;
  /** The fewest pods of a domain; undefined when it has to be found out anew. */
  fewest: number | undefined;
}

class SpreadFilter implements Filter {
  readonly #pod: PodInfo;
  readonly #constraints: readonly SpreadConstraint[];
  readonly #domains: readonly Domains[];

  constructor({ pod, world: { cluster } }: Cycle, constraints: readonly SpreadConstraint[]) {
    this.#pod = pod;
    this.#constraints = constraints;
    this.#domains = constraints.map((constraint) => {
      const counts = cluster.count(pod.namespace, constraint.selector);
      const pods = new Map<string, number>();
      for (const { node, name } of cluster.nodes) {
        if (!hasAllKeys(node, constraints) || !isIncluded(constraint, pod.pod, node)) continue;
        const value = getOwn(node.metadata.labels, constraint.topologyKey) ?? '';
        pods.set(value, (pods.get(value) ?? 0) + (counts.get(name) ?? 0));
      }
      const isSelfMatching = selectorMatches(constraint.selector, pod.pod.metadata.labels);
      return { constraint, pods, isSelfMatching, fewest: undefined };
    });
  }

  check({ node }: NodeInfo) {
    for (const domains of this.#domains) {
      const { constraint, pods, isSelfMatching } = domains;
      const value = getOwn(node.metadata.labels, constraint.topologyKey);
      if (value === undefined) return NO_LABEL;
      domains.fewest ??= Math.min(...pods.values(), 2 ** 31 - 1);
      const fewest = pods.size < constraint.minDomains ? 0 : domains.fewest;
      if ((pods.get(value) ?? 0) + (isSelfMatching ? 1 : 0) - fewest > constraint.maxSkew) return TOO_MANY;
    }
    return undefined;
  }

  consider({ namespace, pod }: PodInfo, { node }: NodeInfo, by: 1 | -1): void {
    if (namespace !== this.#pod.namespace || !hasAllKeys(node, this.#constraints)) return;
    for (const domains of this.#domains) {
      const { constraint, pods } = domains;
      if (!selectorMatches(constraint.selector, pod.metadata.labels)) continue;
      if (!isIncluded(constraint, this.#pod.pod, node)) continue;
      const value = getOwn(node.metadata.labels, constraint.topologyKey) ?? '';
      pods.set(value, (pods.get(value) ?? 0) + by);
      domains.fewest = undefined;
    }
  }
}

const hard = (pod: Frozen<Pod>): readonly SpreadConstraint[] => spreadConstraintsOf(pod, 'DoNotSchedule');

const isMeant = (constraints: readonly SpreadConstraint[], { metadata }: Frozen<Pod>): readonly boolean[] =>
  constraints.map(({ selector }) => selectorMatches(selector, metadata.labels));

/** Topology spread constraints that forbid. */
export const podTopologySpread: FilterPlugin = {
  name: 'PodTopologySpread',
  prepare(cycle) {
    const constraints = hard(cycle.pod.pod);
    return constraints.length === 0 ? undefined : { filter: new SpreadFilter(cycle, constraints) };
  },
  helpedBy: {
    'assigned-pod'({ before, now }, { pod }) {
      const versions = [before, now].filter((version) => version !== undefined);
      const isInvolved = versions.every(
        ({ metadata, spec, status }) =>
          metadata.namespace === pod.metadata.namespace && (spec.nodeName || status?.nominatedNodeName),
      );
      if (!isInvolved) return false;
      const constraints = hard(pod);
      const [first, second] = versions.map((version) => isMeant(constraints, version));
      return second ? !deepEqual(first, second) : (first?.includes(true) ?? false);
    },
    'target-pod'(event) {
      const { before, now } = event;
      if (!before || !now) return false;
      const constraints = hard(now);
      const isTolerating = !deepEqual(before.spec.tolerations, now.spec.tolerations);
      if (isTolerating && constraints.some(({ honorsTaints }) => honorsTaints)) return true;
      return haveLabelsChanged(event) && !deepEqual(isMeant(constraints, before), isMeant(constraints, now));
    },
    node({ before, now }, { pod }) {
      const constraints = hard(pod);
      const [was, is] = [before, now].map((node) => node !== undefined && hasAllKeys(node, constraints));
      if (!before || !now) return was || is || false;
      return was !== is || (is === true && (haveMoved(before, now, constraints) || haveTaintsChanged(before, now)));
    },
  },
};

const haveTaintsChanged = (before: Frozen<Node>, now: Frozen<Node>): boolean =>
  !deepEqual(before.spec.taints, now.spec.taints);

function haveMoved(before: Frozen<Node>, now: Frozen<Node>, constraints: readonly SpreadConstraint[]): boolean {
  return constraints.some(
    ({ topologyKey }) => getOwn(before.metadata.labels, topologyKey) !== getOwn(now.metadata.labels, topologyKey),
  );
}
