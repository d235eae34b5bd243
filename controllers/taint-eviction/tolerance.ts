import type { Frozen } from '../../server/base/freeze.ts';
import type { Node, Taint, Toleration } from '../../server/kube/types.gen.ts';
import { tolerates } from '../lib/tolerations.ts';

/** The taints that drive pods off a node. */
export function evictingTaints(node: Frozen<Node> | undefined): Frozen<Taint>[] {
  return (node?.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
}

/** For how long a pod stands all of these taints: 0 for not at all, without end when nothing limits it. */
export function toleratedMs(taints: readonly Frozen<Taint>[], tolerations: readonly Frozen<Toleration>[] = []): number {
  let least = Number.POSITIVE_INFINITY;
  for (const taint of taints) {
    const toleration = tolerations.find((candidate) => tolerates(candidate, taint));
    if (!toleration) return 0;
    const { tolerationSeconds } = toleration;
    if (tolerationSeconds !== undefined) least = Math.min(least, Math.max(0, tolerationSeconds) * 1000);
  }
  return least;
}
