import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimCondition } from '../../server/kube/types.gen.ts';

type Claim = Frozen<PersistentVolumeClaim>;

/** The claim with its condition `Unused` as it has to be; undefined when it is so already. */
export function withUsage(claim: Claim, isUsed: boolean, nowMs: number): Claim | undefined {
  const { conditions = [] } = claim.status;
  const status = isUsed ? 'False' : 'True';
  const before = conditions.find(({ type }) => type === 'Unused');
  if (before?.status === status) return undefined;
  const next: PersistentVolumeClaimCondition = {
    type: 'Unused',
    status,
    // Go prints a time that was never set as null.
    lastProbeTime: null as unknown as string,
    lastTransitionTime: rfc3339(nowMs),
    reason: isUsed ? 'PodUsingPVC' : 'NoPodsUsingPVC',
    message: isUsed ? 'A pod is currently referencing this PVC' : 'No pods are currently referencing this PVC',
  };
  const others = before ? conditions.map((other) => (other === before ? next : other)) : [...conditions, next];
  return { ...claim, status: { ...claim.status, conditions: others } };
}
