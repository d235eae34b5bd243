import type { Frozen } from '../../../server/base/freeze.ts';
import type { Node } from '../../../server/kube/types.gen.ts';
import { type Amounts, amountsOf, podRequests } from '../../lib/pod-requests.ts';
import { type FilterPlugin, MAX_SCORE, type Refusal, type ScorePlugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

/** The amounts that are looked at first, and told about first. */
const FIRST = ['cpu', 'memory', 'ephemeral-storage'];

/** What a pod asks for, in the order in which upstream looks at it; what it asks nothing of is left out. */
function inOrder(requests: Amounts): readonly (readonly [resource: string, amount: number])[] {
  const asked = [...requests].filter(([, amount]) => amount > 0);
  const rank = ([resource]: readonly [string, number]): number => (FIRST.indexOf(resource) + 4) % 4 || 4;
  return asked.sort((a, b) => rank(a) - rank(b));
}

/** Whether the pod would fit an empty node. */
function wouldFit({ status }: Frozen<Node>, { requests }: PodInfo): boolean {
  const allocatable = amountsOf(status?.allocatable);
  if ((allocatable.get('pods') ?? 0) < 1) return false;
  return [...requests].every(([resource, amount]) => amount <= (allocatable.get(resource) ?? 0));
}

function hasGrown(before: Frozen<Node>, now: Frozen<Node>, { requests }: PodInfo): boolean {
  const [old, current] = [amountsOf(before.status?.allocatable), amountsOf(now.status?.allocatable)];
  const grew = (resource: string): boolean => (current.get(resource) ?? 0) > (old.get(resource) ?? 0);
  return grew('pods') || inOrder(requests).some(([resource]) => grew(resource));
}

const frees = (before: Amounts, now: Amounts, { requests }: PodInfo): boolean =>
  inOrder(requests).some(([resource]) => (before.get(resource) ?? 0) > (now.get(resource) ?? 0));

/** What of the node is left when the pod is there too, from 0 to 100 (LeastAllocated). */
function freeScore(used: number, capacity: number): number {
  return used > capacity ? 0 : Math.trunc(((capacity - used) * MAX_SCORE) / capacity);
}

/** Requests, and how many pods a node takes. Emptier nodes are better. */
export const nodeResourcesFit: FilterPlugin & ScorePlugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  prepare({ pod: { requests } }) {
    const asked = inOrder(requests);
    return { filter: { check: (node) => misfit(asked, node) } };
  },
  helpedBy: {
    node({ before, now }, pod) {
      if (!now || !wouldFit(now, pod)) return false;
      return before === undefined || hasGrown(before, now, pod);
    },
    'assigned-pod'({ before, now }, pod) {
      if (!before) return false;
      return now === undefined || frees(podRequests(before), podRequests(now), pod);
    },
    'target-pod': ({ before, now }, pod) =>
      Boolean(before && now) && frees(before ? podRequests(before) : pod.requests, pod.requests, pod),
  },
  prepareScore({ pod: { assumed } }) {
    const [cpu, memory] = [assumed.get('cpu') ?? 0, assumed.get('memory') ?? 0];
    return {
      rate({ sizeCpu, sizeMemory, assumedCpu, assumedMemory }) {
        let score = 0;
        let weights = 0;
        if (sizeCpu > 0) {
          score += freeScore(assumedCpu + cpu, sizeCpu);
          weights++;
        }
        if (sizeMemory > 0) {
          score += freeScore(assumedMemory + memory, sizeMemory);
          weights++;
        }
        return weights === 0 ? 0 : Math.trunc(score / weights);
      },
    };
  },
};

function misfit(asked: readonly (readonly [resource: string, amount: number])[], node: NodeInfo): Refusal | undefined {
  const { allocatable, pods } = node;
  let reasons: string[] | undefined;
  let isResolvable = true;
  if (pods.size + 1 > (allocatable.get('pods') ?? 0)) reasons = ['Too many pods'];
  for (const [resource, amount] of asked) {
    const size = allocatable.get(resource) ?? 0;
    if (amount <= size - node.requested(resource)) continue;
    reasons ??= [];
    reasons.push(`Insufficient ${resource}`);
    // Nothing that goes away makes the node larger.
    if (amount > size) isResolvable = false;
  }
  return reasons && { reasons, isResolvable };
}
