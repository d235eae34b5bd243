import { formatSelector, type LabelSelector, selectorMatches } from '../../server/kube/labels.ts';
import type { PodInfo } from './pod-info.ts';

/** Pods by node that a selector selects in one namespace. */
export type CountsByNode = ReadonlyMap<string, number>;

interface Counted {
  readonly selector: LabelSelector;
  readonly counts: Map<string, number>;
}

/** Selectors that are counted for a namespace: those of its workloads that were scheduled last. */
const SELECTORS_MAX = 64;

/** Pods that are on their way out count no longer (podtopologyspread.countPodsMatchSelector). */
const counts = ({ pod }: PodInfo): boolean => pod.metadata.deletionTimestamp === undefined;

/** Whether two versions of a pod, on one node, count for the same selectors. */
export const countsAlike = (before: PodInfo, now: PodInfo): boolean =>
  before.namespace === now.namespace &&
  before.pod.metadata.labels === now.pod.metadata.labels &&
  counts(before) === counts(now);

/**
 * Counts the pods of selectors on each node, and keeps the counts up to date: the pods of one workload ask again and
 * again.
 */
export class SelectorCounts {
  /** By namespace, then by the selector's text; the least recently used first. */
  readonly #known = new Map<string, Map<string, Counted>>();
  readonly #podsOf: (namespace: string) => Iterable<readonly [pod: PodInfo, node: string]>;

  constructor(podsOf: (namespace: string) => Iterable<readonly [pod: PodInfo, node: string]>) {
    this.#podsOf = podsOf;
  }

  of(namespace: string, selector: LabelSelector): CountsByNode {
    let known = this.#known.get(namespace);
    if (!known) {
      known = new Map();
      this.#known.set(namespace, known);
    }
    const text = formatSelector(selector);
    let counted = known.get(text);
    if (counted) known.delete(text);
    else counted = this.#count(namespace, selector);
    known.set(text, counted);
    if (known.size > SELECTORS_MAX) for (const oldest of known.keys()) return this.#forget(known, oldest, counted);
    return counted.counts;
  }

  changed(pod: PodInfo, node: string, by: 1 | -1): void {
    const known = this.#known.get(pod.namespace);
    if (!known || !counts(pod)) return;
    for (const counted of known.values()) add(counted, pod, node, by);
  }

  /** A namespace without pods needs no counts. */
  forget(namespace: string): void {
    this.#known.delete(namespace);
  }

  #forget(known: Map<string, Counted>, text: string, counted: Counted): CountsByNode {
    known.delete(text);
    return counted.counts;
  }

  #count(namespace: string, selector: LabelSelector): Counted {
    const counted = { selector, counts: new Map<string, number>() };
    for (const [pod, node] of this.#podsOf(namespace)) if (counts(pod)) add(counted, pod, node, 1);
    return counted;
  }
}

function add({ selector, counts }: Counted, { pod }: PodInfo, node: string, by: 1 | -1): void {
  if (!selectorMatches(selector, pod.metadata.labels)) return;
  const count = (counts.get(node) ?? 0) + by;
  if (count > 0) counts.set(node, count);
  else counts.delete(node);
}
