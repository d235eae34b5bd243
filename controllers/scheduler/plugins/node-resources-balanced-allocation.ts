import { MAX_SCORE, type ScorePlugin } from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';

/** How evenly cpu and memory of a node are used, from 50 to 100. */
function balance({ sizeCpu, sizeMemory }: NodeInfo, cpu: number, memory: number): number {
  const isKnown = sizeCpu > 0 && sizeMemory > 0;
  const spread = isKnown ? Math.abs((Math.min(cpu / sizeCpu, 1) - Math.min(memory / sizeMemory, 1)) / 2) : 0;
  return Math.trunc((1 - spread) * MAX_SCORE);
}

/** Prefers nodes whose cpu and memory are used more evenly with the pod than without. */
export const nodeResourcesBalancedAllocation: ScorePlugin = {
  name: 'NodeResourcesBalancedAllocation',
  weight: 1,
  prepareScore({ pod: { requests } }) {
    const [cpu, memory] = [requests.get('cpu') ?? 0, requests.get('memory') ?? 0];
    if (cpu === 0 && memory === 0) return undefined;
    return {
      rate(node) {
        const { requestedCpu, requestedMemory } = node;
        const withPod = balance(node, requestedCpu + cpu, requestedMemory + memory);
        const gain = withPod - balance(node, requestedCpu, requestedMemory);
        return MAX_SCORE / 2 + Math.trunc((MAX_SCORE / 2 + gain) / 2);
      },
    };
  },
};
