/** One attempt to find a node for a pod, without preemption: schedulePod of kube-scheduler. */
import type { Misfit } from './fit-error.ts';
import { type Cycle, type Filter, type PluginName, type Refusal, unresolvable, type World } from './framework.ts';
import type { NodeInfo } from './node-info.ts';
import { FILTER_PLUGINS, SCORE_PLUGINS } from './plugins/index.ts';
import type { PodInfo } from './pod-info.ts';

/** A plugin's filter, ready for nodes. */
interface ActiveFilter {
  readonly name: PluginName;
  readonly filter: Filter;
}

/** Fewer nodes than this are all looked at, or so many found are enough. */
const FEASIBLE_MIN = 100;
const FEASIBLE_PERCENT_MIN = 5;

/** The first refusal of a node, and whose it is. */
export interface Rejection {
  readonly plugin: PluginName;
  readonly refusal: Refusal;
}

/** The filters of a pod. Preemption goes on with them. */
export class FilterRun {
  readonly cycle: Cycle;
  readonly #filters: readonly ActiveFilter[];

  constructor(cycle: Cycle, filters: readonly ActiveFilter[]) {
    this.cycle = cycle;
    this.#filters = filters;
  }

  /** Works a pod in or out, of the node and of what filters know. */
  consider(other: PodInfo, node: NodeInfo, by: 1 | -1): void {
    if (by > 0) node.add(other);
    else node.remove(other);
    for (const { filter } of this.#filters) filter.consider?.(other, node, by);
  }

  /**
   * Whether the pod may be on a node, with and without the pods that the node is to become free for: the pod must not
   * take their place, and must not count on them either.
   */
  check(node: NodeInfo): Rejection | undefined {
    const { pod, world } = this.cycle;
    const nominated = world.cluster.nominatedFor(node.name);
    if (!nominated) return this.#check(node);
    const rivals = [...nominated].filter(({ uid, priority }) => uid !== pod.uid && priority >= pod.priority);
    if (rivals.length === 0) return this.#check(node);
    for (const rival of rivals) this.consider(rival, node, 1);
    const rejection = this.#check(node);
    for (const rival of rivals) this.consider(rival, node, -1);
    return rejection ?? this.#check(node);
  }

  #check(node: NodeInfo): Rejection | undefined {
    for (const { name, filter } of this.#filters) {
      const refusal = filter.check(node);
      if (refusal) return { plugin: name, refusal };
    }
    return undefined;
  }
}

export type Attempt =
  | { readonly node: NodeInfo; readonly cycle: Cycle }
  /** Without a run when the pod was refused before any node was looked at. */
  | { readonly misfit: Misfit; readonly run?: FilterRun };

interface Prepared {
  readonly run: FilterRun;
  readonly nodes?: ReadonlySet<string>;
  readonly namers: readonly PluginName[];
}

function prepare(cycle: Cycle): Prepared | { readonly refusal: Refusal; readonly plugins: readonly PluginName[] } {
  const filters: ActiveFilter[] = [];
  const namers: PluginName[] = [];
  let nodes: ReadonlySet<string> | undefined;
  for (const plugin of FILTER_PLUGINS) {
    const { name } = plugin;
    const preparation = plugin.prepare(cycle);
    if (!preparation) continue;
    if (preparation.refusal) return { refusal: preparation.refusal, plugins: [name] };
    if (preparation.filter) filters.push({ name, filter: preparation.filter });
    const { nodes: named } = preparation;
    if (!named) continue;
    namers.push(name);
    nodes = nodes ? new Set([...nodes].filter((node) => named.has(node))) : named;
    if (nodes.size > 0) continue;
    const words =
      namers.length === 1 ? `plugin ${namers[0]}` : `plugin(s) [${[...namers].sort().join(' ')}] simultaneously`;
    return { refusal: unresolvable(`node(s) didn't satisfy ${words}`), plugins: namers };
  }
  return { run: new FilterRun(cycle, filters), namers, ...(nodes && { nodes }) };
}

/** Finds nodes. Goes on with the nodes after those that it looked at last, so that all get their turn. */
export class NodeFinder {
  readonly #world: World;
  #next = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** @param kept a node that is kept for the pod already: there it goes if it can */
  attempt(pod: PodInfo, kept?: string): Attempt {
    const { cluster } = this.#world;
    const cycle: Cycle = { pod, world: this.#world, volumePlans: new Map(), devicePlans: new Map() };
    const total = cluster.nodes.length;
    const prepared = prepare(cycle);
    if ('refusal' in prepared) {
      const { refusal, plugins } = prepared;
      return { misfit: { total, refusal, refusals: new Map(), plugins: new Set(plugins) } };
    }
    const { run, nodes, namers } = prepared;
    const refusals = new Map<string, Refusal>();
    const plugins = new Set<PluginName>(namers);
    const nominated = cluster.node(kept ?? cluster.nominationOf(pod.uid) ?? '');
    if (nominated && !run.check(nominated)) return { node: nominated, cycle };
    const feasible = this.#find(run, nodes, refusals, plugins);
    if (feasible.length > 0) return { node: this.#choose(cycle, feasible), cycle };
    const names = [...namers].sort().join(' ');
    const others = nodes && unresolvable(`node(s) didn't satisfy plugin(s) [${names}]`);
    return { misfit: { total, refusals, plugins, ...(others && { others }) }, run };
  }

  #find(
    run: FilterRun,
    names: ReadonlySet<string> | undefined,
    refusals: Map<string, Refusal>,
    plugins: Set<PluginName>,
  ): NodeInfo[] {
    const { cluster } = this.#world;
    const nodes = names ? [...names].flatMap((name) => cluster.node(name) ?? []) : cluster.nodes;
    const enough = feasibleEnough(nodes.length);
    const feasible: NodeInfo[] = [];
    let looked = 0;
    for (; looked < nodes.length && feasible.length < enough; looked++) {
      const node = nodes[(this.#next + looked) % nodes.length];
      if (!node) continue;
      const rejection = run.check(node);
      if (!rejection) feasible.push(node);
      else {
        refusals.set(node.name, rejection.refusal);
        plugins.add(rejection.plugin);
      }
    }
    this.#next = (this.#next + looked) % cluster.nodes.length;
    return feasible;
  }

  /** The best node; one of the best at random. */
  #choose(cycle: Cycle, nodes: readonly NodeInfo[]): NodeInfo {
    const [first] = nodes;
    if (!first) throw new Error('there is no node to choose from');
    if (nodes.length === 1) return first;
    const totals = totalScores(cycle, nodes);
    const random = this.#world.random.of(cycle.pod.uid);
    let best = first;
    let most = Number.NEGATIVE_INFINITY;
    let ties = 0;
    for (let i = 0; i < nodes.length; i++) {
      const total = totals[i] ?? 0;
      if (total < most) continue;
      ties = total > most ? 1 : ties + 1;
      most = total;
      if (ties === 1 || random.fraction() * ties < 1) best = nodes[i] ?? best;
    }
    return best;
  }
}

/** How many nodes that fit are enough to choose from (numFeasibleNodesToFind). */
function feasibleEnough(total: number): number {
  if (total < FEASIBLE_MIN) return total;
  const percent = Math.max(50 - Math.trunc(total / 125), FEASIBLE_PERCENT_MIN);
  return Math.max(Math.trunc((total * percent) / 100), FEASIBLE_MIN);
}

function totalScores(cycle: Cycle, nodes: readonly NodeInfo[]): number[] {
  const totals = nodes.map(() => 0);
  for (const plugin of SCORE_PLUGINS) {
    const score = plugin.prepareScore(cycle, nodes);
    if (!score) continue;
    const scores = nodes.map((node) => score.rate(node));
    score.normalize?.(scores);
    for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] ?? 0) + plugin.weight * (scores[i] ?? 0);
  }
  return totals;
}
