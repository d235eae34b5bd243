import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Node, NodeCondition } from '../../server/kube/types.gen.ts';

/** NetworkUnavailable is not the kubelet's to report. */
const TYPES = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const;

/** The conditions of a node whose kubelet is silent. */
export function unknownConditions(node: Frozen<Node>, nowMs: number): Frozen<NodeCondition>[] {
  const lastTransitionTime = rfc3339(nowMs);
  const given = node.status.conditions ?? [];
  const changed = given.map((condition) => {
    if (condition.status === 'Unknown' || !TYPES.some((type) => type === condition.type)) return condition;
    const message = 'Kubelet stopped posting node status.';
    return { ...condition, status: 'Unknown', reason: 'NodeStatusUnknown', message, lastTransitionTime };
  });
  const missing = TYPES.filter((type) => !given.some((condition) => condition.type === type)).map((type) => ({
    type,
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: node.metadata.creationTimestamp ?? lastTransitionTime,
    lastTransitionTime,
  }));
  return [...changed, ...missing];
}
