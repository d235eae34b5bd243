import type { Frozen } from '../../server/base/freeze.ts';
import type { Node, Pod } from '../../server/kube/types.gen.ts';
import { type Amounts, amountOf, podRequests } from './pod-requests.ts';

/** A host port that a pod takes: protocol, address and number. */
function hostPorts({ spec }: Frozen<Pod>): string[] {
  const ports: string[] = [];
  for (const container of spec.containers ?? []) {
    for (const { hostPort = 0, protocol = 'TCP', hostIP = '0.0.0.0' } of container.ports ?? [])
      if (hostPort > 0) ports.push(`${protocol} ${hostPort} ${hostIP || '0.0.0.0'}`);
  }
  return ports;
}

/** The group that a pod is spread with: the pods of one owner. */
function groupOf(pod: Frozen<Pod>): string {
  return pod.metadata.ownerReferences?.find(({ controller }) => controller)?.uid ?? '';
}

/** One node, and what the pods on it and those on their way to it use. */
export class NodeInfo {
  node: Frozen<Node>;
  #allocatable: Amounts;
  readonly #pods = new Map<string, Frozen<Pod>>();
  readonly #requested = new Map<string, number>();
  readonly #ports = new Map<string, number>();
  readonly #groups = new Map<string, number>();

  constructor(node: Frozen<Node>) {
    this.node = node;
    this.#allocatable = allocatableOf(node);
  }

  update(node: Frozen<Node>): void {
    this.node = node;
    this.#allocatable = allocatableOf(node);
  }

  add(pod: Frozen<Pod>): void {
    const uid = pod.metadata.uid ?? '';
    const before = this.#pods.get(uid);
    if (before) this.#count(before, -1);
    this.#pods.set(uid, pod);
    this.#count(pod, 1);
  }

  remove(uid: string): void {
    const pod = this.#pods.get(uid);
    if (!pod) return;
    this.#pods.delete(uid);
    this.#count(pod, -1);
  }

  get podCount(): number {
    return this.#pods.size;
  }

  /** How many pods of the same owner are here. */
  siblings(pod: Frozen<Pod>): number {
    return this.#groups.get(groupOf(pod)) ?? 0;
  }

  /** Reasons why a pod's requests do not fit, in upstream's words (noderesources.Fit). */
  misfits(pod: Frozen<Pod>): string[] {
    const reasons: string[] = [];
    if (this.#pods.size + 1 > (this.#allocatable.get('pods') ?? 0)) reasons.push('Too many pods');
    for (const [resource, amount] of podRequests(pod)) {
      if (amount === 0) continue;
      const free = (this.#allocatable.get(resource) ?? 0) - (this.#requested.get(resource) ?? 0);
      if (amount > free) reasons.push(`Insufficient ${resource}`);
    }
    return reasons;
  }

  /** Whether the pod would not even fit if it were alone. */
  isTooSmall(pod: Frozen<Pod>): boolean {
    return [...podRequests(pod)].some(([resource, amount]) => amount > (this.#allocatable.get(resource) ?? 0));
  }

  /** Whether a host port that the pod wants is taken. */
  portTaken(pod: Frozen<Pod>): boolean {
    return hostPorts(pod).some((port) => {
      const [protocol, number, address] = port.split(' ');
      if (address !== '0.0.0.0') return this.#ports.has(port) || this.#ports.has(`${protocol} ${number} 0.0.0.0`);
      return [...this.#ports.keys()].some((taken) => taken.startsWith(`${protocol} ${number} `));
    });
  }

  /** The fraction of cpu and memory that would be free with the pod: 1 is an empty node. */
  freeShare(pod: Frozen<Pod>): number {
    const requests = podRequests(pod);
    let share = 0;
    for (const resource of ['cpu', 'memory']) {
      const size = this.#allocatable.get(resource) ?? 0;
      const used = (this.#requested.get(resource) ?? 0) + (requests.get(resource) ?? 0);
      share += size > 0 ? Math.max(0, 1 - used / size) : 0;
    }
    return share / 2;
  }

  #count(pod: Frozen<Pod>, sign: 1 | -1): void {
    for (const [resource, amount] of podRequests(pod))
      this.#requested.set(resource, (this.#requested.get(resource) ?? 0) + sign * amount);
    for (const port of hostPorts(pod)) bump(this.#ports, port, sign);
    bump(this.#groups, groupOf(pod), sign);
  }
}

function bump(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}

function allocatableOf({ status }: Frozen<Node>): Amounts {
  return new Map(
    Object.entries(status.allocatable ?? {}).map(([resource, quantity]) => [resource, amountOf(resource, quantity)]),
  );
}
