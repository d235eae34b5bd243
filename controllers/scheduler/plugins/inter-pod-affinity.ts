import { type Frozen, getOwn } from '../../../server/base/freeze.ts';
import type { Pod } from '../../../server/kube/types.gen.ts';
import {
  type AffinityTerm,
  affinityTermsOf,
  allTermsMatch,
  type NamespaceLabels,
  termMatches,
} from '../affinity-terms.ts';
import { haveLabelsChanged, isUpdate } from '../cluster-events.ts';
import { type Cycle, type Filter, type FilterPlugin, resolvable, unresolvable } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

const NO_AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = resolvable("node(s) didn't match pod anti-affinity rules");
const EXISTING_ANTI_AFFINITY = resolvable("node(s) didn't satisfy existing pods anti-affinity rules");

/** How many pods there are by topology key and value. */
class TopologyCounts {
  readonly #counts = new Map<string, Map<string, number>>();
  #total = 0;

  get isEmpty(): boolean {
    return this.#total === 0;
  }

  add(key: string, { node }: NodeInfo, by: number): void {
    const value = getOwn(node.metadata.labels, key);
    if (value === undefined) return;
    let values = this.#counts.get(key);
    if (!values) {
      values = new Map();
      this.#counts.set(key, values);
    }
    values.set(value, (values.get(value) ?? 0) + by);
    this.#total += by;
  }

  at(key: string, { node }: NodeInfo): number {
    const value = getOwn(node.metadata.labels, key);
    return value === undefined ? 0 : (this.#counts.get(key)?.get(value) ?? 0);
  }

  keys(): Iterable<string> {
    return this.#counts.keys();
  }
}

/** The required terms of a pod, and of those that are there already. */
class AffinityFilter implements Filter {
  readonly #pod: PodInfo;
  readonly #labelsOf: NamespaceLabels;
  readonly #affinity = new TopologyCounts();
  readonly #antiAffinity = new TopologyCounts();
  readonly #existing = new TopologyCounts();

  constructor({ pod, world }: Cycle) {
    this.#pod = pod;
    this.#labelsOf = world.namespaceLabels;
    const { required, requiredAnti } = pod.affinity;
    if (required.length + requiredAnti.length > 0) {
      for (const node of world.cluster.nodes)
        for (const other of node.pods.values()) this.#considerOwnTerms(other, node, 1);
    }
    for (const node of world.cluster.nodesWithAntiAffinity)
      for (const other of node.podsWithAntiAffinity) this.#considerTermsOf(other, node, 1);
  }

  get isIdle(): boolean {
    const { required, requiredAnti } = this.#pod.affinity;
    return required.length + requiredAnti.length === 0 && this.#existing.isEmpty;
  }

  consider(other: PodInfo, node: NodeInfo, by: 1 | -1): void {
    this.#considerOwnTerms(other, node, by);
    this.#considerTermsOf(other, node, by);
  }

  check(node: NodeInfo) {
    const { required, requiredAnti } = this.#pod.affinity;
    if (!this.#hasCompany(required, node)) return NO_AFFINITY;
    for (const { topologyKey } of requiredAnti) if (this.#antiAffinity.at(topologyKey, node) > 0) return ANTI_AFFINITY;
    for (const key of this.#existing.keys()) if (this.#existing.at(key, node) > 0) return EXISTING_ANTI_AFFINITY;
    return undefined;
  }

  /** Whether pods that all terms mean are near; the first of a group that wants to be together needs none. */
  #hasCompany(required: readonly AffinityTerm[], node: NodeInfo): boolean {
    let isNear = true;
    for (const { topologyKey } of required) {
      if (getOwn(node.node.metadata.labels, topologyKey) === undefined) return false;
      if (this.#affinity.at(topologyKey, node) <= 0) isNear = false;
    }
    return isNear || (this.#affinity.isEmpty && allTermsMatch(required, this.#pod.pod, this.#labelsOf));
  }

  #considerOwnTerms({ pod }: PodInfo, node: NodeInfo, by: 1 | -1): void {
    const { required, requiredAnti } = this.#pod.affinity;
    if (allTermsMatch(required, pod, this.#labelsOf))
      for (const { topologyKey } of required) this.#affinity.add(topologyKey, node, by);
    for (const term of requiredAnti)
      if (termMatches(term, pod, this.#labelsOf)) this.#antiAffinity.add(term.topologyKey, node, by);
  }

  #considerTermsOf({ affinity }: PodInfo, node: NodeInfo, by: 1 | -1): void {
    for (const term of affinity.requiredAnti)
      if (termMatches(term, this.#pod.pod, this.#labelsOf)) this.#existing.add(term.topologyKey, node, by);
  }
}

const isIn = ({ spec, status }: Frozen<Pod>): boolean => Boolean(spec.nodeName || status?.nominatedNodeName);

/** Required pod affinity and anti-affinity, also that of the pods that are there. */
export const interPodAffinity: FilterPlugin = {
  name: 'InterPodAffinity',
  prepare(cycle) {
    const { required, requiredAnti } = cycle.pod.affinity;
    const isConcerned = required.length + requiredAnti.length > 0 || cycle.world.cluster.nodesWithAntiAffinity.size > 0;
    if (!isConcerned) return undefined;
    const filter = new AffinityFilter(cycle);
    return filter.isIdle ? undefined : { filter };
  },
  helpedBy: {
    'assigned-pod'(event, { affinity, pod }, { namespaceLabels }) {
      const { before, now } = event;
      const { required, requiredAnti } = affinity;
      const isWanted = (other: Frozen<Pod>): boolean => allTermsMatch(required, other, namespaceLabels);
      const isUnwanted = (other: Frozen<Pod>): boolean =>
        requiredAnti.some((term) => termMatches(term, other, namespaceLabels));
      if ((now && !isIn(now)) || (before && !isIn(before))) return false;
      if (before && now) {
        if (!haveLabelsChanged(event)) return false;
        return (!isWanted(before) && isWanted(now)) || (isUnwanted(before) && !isUnwanted(now));
      }
      if (now) return isWanted(now);
      if (!before) return false;
      const theirs = affinityTermsOf(before).requiredAnti;
      return isUnwanted(before) || theirs.some((term) => termMatches(term, pod, namespaceLabels));
    },
    'target-pod': (event) => isUpdate(event) && haveLabelsChanged(event),
    node({ before, now }, { affinity: { required, requiredAnti } }) {
      if (!now) return false;
      const value = (key: string): readonly (string | undefined)[] =>
        [before, now].map((node) => getOwn(node?.metadata.labels, key));
      return (
        required.some(({ topologyKey }) => {
          const [old, current] = value(topologyKey);
          return current !== undefined && current !== old;
        }) ||
        requiredAnti.some(({ topologyKey }) => {
          const [old, current] = value(topologyKey);
          return before === undefined || (old !== undefined && old !== current);
        })
      );
    },
  },
};
