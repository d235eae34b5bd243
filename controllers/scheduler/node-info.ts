import type { Frozen } from '../../server/base/freeze.ts';
import type { Node } from '../../server/kube/types.gen.ts';
import { type HostPort, portsConflict } from '../lib/host-ports.ts';
import { type Amounts, amountsOf } from '../lib/pod-requests.ts';
import type { PodInfo } from './pod-info.ts';

/** One node, and what the pods on it and those on their way to it use; it follows every change. */
export class NodeInfo {
  readonly name: string;
  readonly #pods = new Map<string, PodInfo>();
  readonly #withAffinity = new Set<PodInfo>();
  readonly #withAntiAffinity = new Set<PodInfo>();
  readonly #withPorts = new Set<PodInfo>();
  readonly #requested = new Map<string, number>();
  /** What every pod's scores ask for, without a look into the maps. */
  #sizeCpu = 0;
  #sizeMemory = 0;
  #requestedCpu = 0;
  #requestedMemory = 0;
  #assumedCpu = 0;
  #assumedMemory = 0;
  #node: Frozen<Node>;
  #allocatable: Amounts = new Map();

  constructor(node: Frozen<Node>) {
    this.name = node.metadata.name ?? '';
    this.#node = node;
    this.#measure(node);
  }

  get node(): Frozen<Node> {
    return this.#node;
  }

  get allocatable(): Amounts {
    return this.#allocatable;
  }

  get pods(): ReadonlyMap<string, PodInfo> {
    return this.#pods;
  }

  /** Pods with terms about other pods. */
  get podsWithAffinity(): ReadonlySet<PodInfo> {
    return this.#withAffinity;
  }

  /** Pods that keep others away. */
  get podsWithAntiAffinity(): ReadonlySet<PodInfo> {
    return this.#withAntiAffinity;
  }

  update(node: Frozen<Node>): void {
    if (node.status?.allocatable !== this.#node.status?.allocatable) this.#measure(node);
    this.#node = node;
  }

  requested(resource: string): number {
    return this.#requested.get(resource) ?? 0;
  }

  get sizeCpu(): number {
    return this.#sizeCpu;
  }

  get sizeMemory(): number {
    return this.#sizeMemory;
  }

  get requestedCpu(): number {
    return this.#requestedCpu;
  }

  get requestedMemory(): number {
    return this.#requestedMemory;
  }

  /** What scores count as used: pods that ask for nothing are small ones. */
  get assumedCpu(): number {
    return this.#assumedCpu;
  }

  get assumedMemory(): number {
    return this.#assumedMemory;
  }

  add(pod: PodInfo): void {
    const before = this.#pods.get(pod.uid);
    if (before) this.#count(before, -1);
    this.#pods.set(pod.uid, pod);
    this.#count(pod, 1);
  }

  remove(pod: PodInfo): void {
    const known = this.#pods.get(pod.uid);
    if (!known) return;
    this.#pods.delete(pod.uid);
    this.#count(known, -1);
  }

  /** Whether a pod here has one of the ports. */
  hasOneOf(ports: readonly HostPort[]): boolean {
    for (const other of this.#withPorts)
      if (other.ports.some((taken) => ports.some((port) => portsConflict(port, taken)))) return true;
    return false;
  }

  #measure({ status }: Frozen<Node>): void {
    this.#allocatable = amountsOf(status?.allocatable);
    this.#sizeCpu = this.#allocatable.get('cpu') ?? 0;
    this.#sizeMemory = this.#allocatable.get('memory') ?? 0;
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    this.#requestedCpu += sign * (pod.requests.get('cpu') ?? 0);
    this.#requestedMemory += sign * (pod.requests.get('memory') ?? 0);
    for (const [resource, amount] of pod.requests)
      this.#requested.set(resource, (this.#requested.get(resource) ?? 0) + sign * amount);
    this.#assumedCpu += sign * (pod.assumed.get('cpu') ?? 0);
    this.#assumedMemory += sign * (pod.assumed.get('memory') ?? 0);
    if (pod.hasAffinity) change(this.#withAffinity, pod, sign);
    if (pod.affinity.requiredAnti.length > 0) change(this.#withAntiAffinity, pod, sign);
    if (pod.ports.length > 0) change(this.#withPorts, pod, sign);
  }
}

function change(set: Set<PodInfo>, pod: PodInfo, sign: 1 | -1): void {
  if (sign > 0) set.add(pod);
  else set.delete(pod);
}
