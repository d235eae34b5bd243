import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { RecentMap } from '../../server/base/recent-map.ts';
import type { ContainerStatus, Pod } from '../../server/kube/types.gen.ts';
import { type HostPort, hostPortsOf } from '../lib/host-ports.ts';
import { type Amounts, assumedRequests, podRequests } from '../lib/pod-requests.ts';
import { type AffinityTerms, affinityTermsOf } from './affinity-terms.ts';

/** Different amounts that are remembered: about as many as there are templates in use at the same time. */
const AMOUNTS_MAX = 256;
const known = new RecentMap<string, Amounts>(AMOUNTS_MAX);

/** Pods of one template ask for the same: one map for all of them. */
function shared(amounts: Amounts): Amounts {
  let text = '';
  for (const [resource, amount] of amounts) text += `${resource}=${amount} `;
  const before = known.get(text);
  if (before) return before;
  known.set(text, amounts);
  return amounts;
}

/** A pod, and what scheduling needs to know of it, read once. */
export class PodInfo {
  readonly uid: string;
  readonly namespace: string;
  readonly priority: number;
  readonly affinity: AffinityTerms;
  readonly ports: readonly HostPort[];
  #pod: Frozen<Pod>;
  #requests: Amounts | undefined;
  #assumed: Amounts | undefined;

  constructor(pod: Frozen<Pod>) {
    this.#pod = pod;
    this.uid = pod.metadata.uid ?? '';
    this.namespace = pod.metadata.namespace ?? '';
    this.priority = pod.spec.priority ?? 0;
    this.affinity = affinityTermsOf(pod);
    this.ports = hostPortsOf(pod);
  }

  get pod(): Frozen<Pod> {
    return this.#pod;
  }

  /** What the pod asks of a node. */
  get requests(): Amounts {
    this.#requests ??= shared(podRequests(this.#pod));
    return this.#requests;
  }

  /** The same for scores: see {@link assumedRequests}. */
  get assumed(): Amounts {
    this.#assumed ??= shared(assumedRequests(this.#pod));
    return this.#assumed;
  }

  /** Whether some of its terms say where other pods may be. */
  get hasAffinity(): boolean {
    const { required, requiredAnti, preferred, preferredAnti } = this.affinity;
    return required.length + requiredAnti.length + preferred.length + preferredAnti.length > 0;
  }

  /**
   * Takes a newer version of the pod.
   * @returns false when what is known of it holds no longer: it has to be read anew
   */
  renew(pod: Frozen<Pod>): boolean {
    const before = this.#pod;
    const isSame =
      before === pod ||
      (deepEqual(before.metadata.labels, pod.metadata.labels) &&
        before.metadata.deletionTimestamp === pod.metadata.deletionTimestamp &&
        hasSameSpec(before, pod) &&
        !isResized(before, pod));
    if (isSame) this.#pod = pod;
    return isSame;
  }
}

/** But for the node that it has got. */
function hasSameSpec({ spec: before }: Frozen<Pod>, { spec: now }: Frozen<Pod>): boolean {
  return before === now || deepEqual({ ...before, nodeName: '' }, { ...now, nodeName: '' });
}

/** Requests of a pod can change where it runs: its containers say how far that has got. */
function isResized({ status: before }: Frozen<Pod>, { status: now }: Frozen<Pod>): boolean {
  return (
    hasResized(before?.containerStatuses, now?.containerStatuses) ||
    hasResized(before?.initContainerStatuses, now?.initContainerStatuses)
  );
}

type Statuses = readonly Frozen<ContainerStatus>[] | undefined;

function hasResized(before: Statuses, now: Statuses): boolean {
  if (before === now) return false;
  const amounts = (statuses: Statuses): unknown[] =>
    (statuses ?? []).flatMap(({ name, allocatedResources, resources }) =>
      allocatedResources || resources?.requests ? [[name, allocatedResources, resources?.requests]] : [],
    );
  return !deepEqual(amounts(before), amounts(now));
}
