import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { type LabelSelector, selectorMatches } from '../../server/kube/labels.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { DaemonSet, Node, Pod, Toleration } from '../../server/kube/types.gen.ts';
import { claim, isControlledBy, labelSelectorOf } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { DAEMON_SET, HASH } from '../lib/controller-revision.ts';
import { type Expectations, expectationsOf } from '../lib/expectations.ts';
import { isPodAvailable, isPodTerminal, PODS } from '../lib/pods.ts';
import { daemonTolerations, type Placement, placementOn, targetNodeOf } from './placement.ts';

export const NODES = 'v1/nodes';
export const REVISIONS = 'apps/v1/controllerrevisions';

/** Kept for pods that are older than controller revisions: a count of the templates that there were. */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
export const GENERATION_LABEL = 'pod-template-generation';

export type PodsByNode = ReadonlyMap<string, readonly Frozen<Pod>[]>;

/** One pass over one daemon set: what it works on, and what it has found out. */
export class Pass {
  readonly env: ControllerEnv;
  readonly key: Key;
  readonly set: Frozen<DaemonSet>;
  readonly expectations: Expectations;
  readonly tolerations: readonly Frozen<Toleration>[];
  readonly nowMs: number;
  /** The number of the template, as pods carry it. */
  readonly generation: string | undefined;
  /** When to look again although nothing changed. */
  againInMs: number | undefined;
  readonly #nodes = new Map<string, Frozen<Node>>();
  readonly #placements = new Map<string, Placement>();
  readonly #selector: LabelSelector;

  constructor(env: ControllerEnv, set: Frozen<DaemonSet>) {
    this.env = env;
    this.key = keyOf(set);
    this.set = set;
    this.expectations = expectationsOf(env);
    this.tolerations = daemonTolerations(set.spec.template.spec);
    this.nowMs = env.clock.now();
    const generation = getOwn(set.metadata.annotations, TEMPLATE_GENERATION);
    this.generation = generation !== undefined && /^-?\d+$/.test(generation) ? generation : undefined;
    this.#selector = labelSelectorOf(set.spec.selector ?? {});
    for (const node of env.lister<Node>(NODES).list()) this.#nodes.set(node.metadata.name ?? '', node);
  }

  get nodes(): Iterable<string> {
    return this.#nodes.keys();
  }

  hasNode(name: string): boolean {
    return this.#nodes.has(name);
  }

  /** What the set wants of a node; nothing of one that does not exist. */
  placementOn(name: string): Placement {
    let placement = this.#placements.get(name);
    if (!placement) {
      const node = this.#nodes.get(name);
      placement = node
        ? placementOn(node, this.set.spec.template.spec, this.tolerations)
        : { shouldRun: false, mayStay: false };
      this.#placements.set(name, placement);
    }
    return placement;
  }

  /** Whether a pod was made by the template that has this hash (IsPodUpdated). */
  isUpdated({ metadata }: Frozen<Pod>, hash: string): boolean {
    const { generation } = this;
    if (getOwn(metadata.labels, HASH) === hash) return true;
    return generation !== undefined && getOwn(metadata.labels, GENERATION_LABEL) === generation;
  }

  isAvailable(pod: Frozen<Pod>): boolean {
    return isPodAvailable(pod, this.set.spec.minReadySeconds ?? 0, this.nowMs);
  }

  matches({ metadata }: Pick<Frozen<Pod>, 'metadata'>): boolean {
    return selectorMatches(this.#selector, metadata.labels);
  }

  /** The pods of the set that the informer shows. */
  pods(): Frozen<Pod>[] {
    const { set, env } = this;
    const owned = env.lister<Pod>(PODS).ownedBy(set.metadata.uid ?? '');
    return owned.filter((pod) => isControlledBy(pod, set) && this.matches(pod));
  }

  /** The same, after adopting and releasing. @throws ApiError */
  claimPods(): Promise<Frozen<Pod>[]> {
    const { env, set, key, expectations } = this;
    const pods = env.lister<Pod>(PODS);
    const own = pods.ownedBy(set.metadata.uid ?? '').filter((pod) => isControlledBy(pod, set));
    return claim<Pod>({
      env,
      owner: set,
      kind: DAEMON_SET,
      resource: PODS,
      candidates: [...own, ...pods.orphans(key.namespace)],
      matches: (pod) => this.matches(pod),
      wrote: (pod) => expectations.wrote(key, PODS, pod),
    });
  }

  lookAgainIn(delayMs: number): void {
    this.againInMs = Math.min(this.againInMs ?? delayMs, delayMs);
  }
}

/** Pods by the node they are on or for. What has ended and is being deleted is left out: nothing is to be done. */
export function byNode(pods: readonly Frozen<Pod>[]): PodsByNode {
  const nodes = new Map<string, Frozen<Pod>[]>();
  for (const pod of pods) {
    if (isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined) continue;
    const node = targetNodeOf(pod);
    if (node === undefined) continue;
    const there = nodes.get(node);
    if (there) there.push(pod);
    else nodes.set(node, [pod]);
  }
  return nodes;
}

/** Pods that have a node first, then the oldest (podByCreationTimestampAndPhase). */
export function inOrder(pods: readonly Frozen<Pod>[]): readonly Frozen<Pod>[] {
  if (pods.length < 2) return pods;
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  return [...pods].sort(
    (a, b) =>
      Number((a.spec.nodeName ?? '') === '') - Number((b.spec.nodeName ?? '') === '') ||
      compare(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
      compare(a.metadata.name ?? '', b.metadata.name ?? ''),
  );
}
