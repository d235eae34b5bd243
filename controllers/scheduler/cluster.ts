import type { Frozen } from '../../server/base/freeze.ts';
import type { LabelSelector } from '../../server/kube/labels.ts';
import type { Node } from '../../server/kube/types.gen.ts';
import { NodeImages } from './node-images.ts';
import { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import { type CountsByNode, countsAlike, SelectorCounts } from './selector-counts.ts';

interface Place {
  readonly pod: PodInfo;
  readonly node: string;
}

/**
 * What the scheduler knows of nodes and of pods that have one or are on their way to one. Every change is worked in at
 * once, so that nothing is built anew for a pod.
 */
export class Cluster {
  readonly images = new NodeImages();
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #list: NodeInfo[] = [];
  readonly #places = new Map<string, Place>();
  readonly #byNamespace = new Map<string, Map<string, Place>>();
  /** Pods whose node is not known, by its name: it may still come. */
  readonly #homeless = new Map<string, Map<string, PodInfo>>();
  /** Pods by the node that shall become free for them. */
  readonly #nominated = new Map<string, Map<string, PodInfo>>();
  readonly #nominations = new Map<string, string>();
  readonly #withAffinity = new Set<NodeInfo>();
  readonly #withAntiAffinity = new Set<NodeInfo>();
  readonly #counts = new SelectorCounts((namespace) => this.#placesIn(namespace));

  get nodes(): readonly NodeInfo[] {
    return this.#list;
  }

  node(name: string): NodeInfo | undefined {
    return this.#nodes.get(name);
  }

  /** Nodes with pods that have terms about others. */
  get nodesWithAffinity(): ReadonlySet<NodeInfo> {
    return this.#withAffinity;
  }

  /** Nodes with pods that keep others away. */
  get nodesWithAntiAffinity(): ReadonlySet<NodeInfo> {
    return this.#withAntiAffinity;
  }

  setNode(node: Frozen<Node>): void {
    const name = node.metadata.name ?? '';
    const known = this.#nodes.get(name);
    this.images.set(node);
    if (known) {
      known.update(node);
      return;
    }
    const info = new NodeInfo(node);
    this.#nodes.set(name, info);
    this.#list.push(info);
    for (const pod of this.#homeless.get(name)?.values() ?? []) info.add(pod);
    this.#homeless.delete(name);
    this.#note(info);
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (!info) return;
    this.images.remove(name);
    this.#nodes.delete(name);
    this.#list.splice(this.#list.indexOf(info), 1);
    this.#withAffinity.delete(info);
    this.#withAntiAffinity.delete(info);
    if (info.pods.size > 0) this.#homeless.set(name, new Map(info.pods));
  }

  /** The node of a pod, or that which it is on its way to. */
  placeOf(uid: string): string | undefined {
    return this.#places.get(uid)?.node;
  }

  podInfo(uid: string): PodInfo | undefined {
    return this.#places.get(uid)?.pod;
  }

  add(pod: PodInfo, node: string): void {
    const before = this.#places.get(pod.uid);
    // Most of what is heard of a pod changes nothing that selectors look at.
    const isCounted = before?.node === node && countsAlike(before.pod, pod);
    this.#remove(pod.uid, isCounted);
    const place = { pod, node };
    this.#places.set(pod.uid, place);
    let places = this.#byNamespace.get(pod.namespace);
    if (!places) {
      places = new Map();
      this.#byNamespace.set(pod.namespace, places);
    }
    places.set(pod.uid, place);
    if (!isCounted) this.#counts.changed(pod, node, 1);
    const info = this.#nodes.get(node);
    if (!info) {
      this.#homeless.set(node, (this.#homeless.get(node) ?? new Map<string, PodInfo>()).set(pod.uid, pod));
      return;
    }
    info.add(pod);
    if (pod.hasAffinity) this.#note(info);
  }

  remove(uid: string): void {
    this.#remove(uid, false);
  }

  #remove(uid: string, staysCounted: boolean): void {
    const place = this.#places.get(uid);
    if (!place) return;
    const { pod, node } = place;
    this.#places.delete(uid);
    const places = this.#byNamespace.get(pod.namespace);
    places?.delete(uid);
    if (!staysCounted) this.#counts.changed(pod, node, -1);
    if (places?.size === 0 && !staysCounted) {
      this.#byNamespace.delete(pod.namespace);
      this.#counts.forget(pod.namespace);
    }
    const info = this.#nodes.get(node);
    if (!info) {
      const pods = this.#homeless.get(node);
      pods?.delete(uid);
      if (pods?.size === 0) this.#homeless.delete(node);
      return;
    }
    info.remove(pod);
    if (pod.hasAffinity) this.#note(info);
  }

  /** Pods by node that a selector selects in a namespace. */
  count(namespace: string, selector: LabelSelector): CountsByNode {
    return this.#counts.of(namespace, selector);
  }

  /** Says which node a pod waits for; '' for none. */
  nominate(pod: PodInfo, node: string): void {
    const before = this.#nominations.get(pod.uid);
    if (before !== undefined) {
      const pods = this.#nominated.get(before);
      pods?.delete(pod.uid);
      if (pods?.size === 0) this.#nominated.delete(before);
      this.#nominations.delete(pod.uid);
    }
    if (node === '') return;
    this.#nominations.set(pod.uid, node);
    const pods = this.#nominated.get(node) ?? new Map<string, PodInfo>();
    this.#nominated.set(node, pods.set(pod.uid, pod));
  }

  /** Which node a pod waits for. */
  nominationOf(uid: string): string | undefined {
    return this.#nominations.get(uid);
  }

  /** Pods that wait for a node; undefined for none. */
  nominatedFor(node: string): Iterable<PodInfo> | undefined {
    return this.#nominated.size === 0 ? undefined : this.#nominated.get(node)?.values();
  }

  *#placesIn(namespace: string): Iterable<readonly [PodInfo, string]> {
    for (const { pod, node } of this.#byNamespace.get(namespace)?.values() ?? []) yield [pod, node];
  }

  #note(info: NodeInfo): void {
    keep(this.#withAffinity, info, info.podsWithAffinity.size > 0);
    keep(this.#withAntiAffinity, info, info.podsWithAntiAffinity.size > 0);
  }
}

function keep(set: Set<NodeInfo>, info: NodeInfo, isIn: boolean): void {
  if (isIn) set.add(info);
  else set.delete(info);
}
