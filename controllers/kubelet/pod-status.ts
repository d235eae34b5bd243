/** What a kubelet reports of a pod. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { ContainerStatus, Pod, PodStatus } from '../../server/kube/types.gen.ts';
import type { Rejection } from './admission.ts';
import { conditionsOf, othersConditions } from './pod-conditions.ts';
import { phaseOf } from './pod-phase.ts';

type FrozenPod = Frozen<Pod>;

export interface PodFacts {
  readonly statuses: ReadonlyMap<string, Frozen<ContainerStatus>>;
  readonly hostIP: string;
  readonly podIP: string | undefined;
  /** All of its addresses, that one first. */
  readonly podIPs: readonly string[];
  /** Whether no container will run again. */
  readonly isTerminal: boolean;
  /** Why the kubelet ends the pod, whatever its containers are at. */
  readonly failure?: { readonly reason: string; readonly message: string };
  readonly now: string;
}

/** What the pod as a whole got, where it asks as a whole. */
function podAllocation({
  spec: { resources },
}: FrozenPod): Pick<Frozen<PodStatus>, 'resources' | 'allocatedResources'> {
  if (!resources) return {};
  return { ...(resources.requests && { allocatedResources: resources.requests }), resources };
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

/** The statuses of the containers of a pod as its lists. */
function statusLists({ spec }: FrozenPod, statuses: PodFacts['statuses']): Partial<Frozen<PodStatus>> {
  const listOf = (containers: readonly { readonly name: string }[] | null | undefined): Frozen<ContainerStatus>[] =>
    (containers ?? []).flatMap(({ name }) => statuses.get(name) ?? []);
  const [inits, mains] = [listOf(spec.initContainers), listOf(spec.containers)];
  // Kubelets sort them by name, except those that run one after the other.
  const ephemerals = listOf(spec.ephemeralContainers).sort(byName);
  return {
    ...(inits.length > 0 && { initContainerStatuses: inits }),
    ...(mains.length > 0 && { containerStatuses: mains }),
    ...(ephemerals.length > 0 && { ephemeralContainerStatuses: ephemerals }),
  };
}

/** A pod that is over stays what it was; otherwise its containers decide. */
function phaseFor({ spec, status }: FrozenPod, { statuses, isTerminal, failure }: PodFacts): string {
  if (failure) return 'Failed';
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return status.phase;
  const phase = phaseOf(spec, statuses, isTerminal);
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  return isTerminal && !isOver ? 'Failed' : phase;
}

/**
 * What of the status of a pod has to change. Whatever else somebody wrote into it stays.
 *
 * @returns undefined when nothing has to
 */
export function changedStatus(pod: FrozenPod, facts: PodFacts): Partial<Frozen<PodStatus>> | undefined {
  const { metadata, status } = pod;
  const { statuses, hostIP, podIP, isTerminal, failure, now } = facts;
  const phase = phaseFor(pod, facts);
  // While a container may still run, no pod that a kubelet ends by itself is told of as over (mergePodStatus).
  const isBeingEnded = failure !== undefined && !isTerminal;
  const sandbox = podIP === undefined ? 'missing' : isTerminal ? 'stopped' : 'ready';
  let changed: Partial<Record<keyof PodStatus, unknown>> | undefined;
  const say = (field: keyof PodStatus, value: unknown): void => {
    if (value === undefined || deepEqual(value, status[field])) return;
    changed ??= {};
    changed[field] = value;
  };
  say('observedGeneration', metadata.generation);
  if (!isBeingEnded) say('phase', phase);
  if (failure && !isBeingEnded) {
    say('reason', failure.reason);
    say('message', failure.message);
  }
  say('conditions', conditionsOf(pod, { statuses, phase, sandbox, now }));
  say('hostIP', hostIP);
  say('hostIPs', [{ ip: hostIP }]);
  if (podIP !== undefined) {
    say('podIP', podIP);
    say(
      'podIPs',
      facts.podIPs.map((ip) => ({ ip })),
    );
  }
  say('startTime', status.startTime ?? now);
  const lists = statusLists(pod, statuses);
  for (const field in lists) say(field as keyof PodStatus, lists[field as keyof PodStatus]);
  if (podIP !== undefined) {
    const allocation = podAllocation(pod);
    say('allocatedResources', allocation.allocatedResources);
    say('resources', allocation.resources);
  }
  return changed as Partial<Frozen<PodStatus>> | undefined;
}

/** The status of a pod that its node does not take (rejectPod): a kubelet says nothing else of it. */
export function rejectedStatus(
  { status }: FrozenPod,
  { reason, message }: Rejection,
  now: string,
): Partial<Frozen<PodStatus>> {
  const conditions = othersConditions(status.conditions);
  return {
    phase: 'Failed',
    reason,
    message: `Pod was rejected: ${message}`,
    startTime: status.startTime ?? now,
    ...(conditions.length !== (status.conditions ?? []).length && { conditions }),
  };
}
