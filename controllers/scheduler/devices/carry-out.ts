/** Writes what was decided about devices (bindClaim). */
import { rfc3339 } from '../../../server/base/clock.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import { keyOf } from '../../../server/kube/object.ts';
import type { AllocationResult, Pod, ResourceV1ResourceClaim } from '../../../server/kube/types.gen.ts';
import type { Client } from '../../lib/client.ts';
import {
  CLAIM_FINALIZER,
  isReservedFor,
  RESOURCE_CLAIMS,
  type ResourceClaim,
  reservedFor,
} from '../../lib/resource-claims.ts';
import { withFinalizer } from '../../lib/volumes/finalizers.ts';

/** The claims of a pod, and what those get that have no devices yet. */
export interface DevicePlan {
  readonly claims: readonly ResourceClaim[];
  readonly allocations: ReadonlyMap<ResourceClaim, Frozen<AllocationResult>>;
}

/** Gives claims their devices, and reserves them for the pod. */
export async function carryOutDevices(
  { claims, allocations }: DevicePlan,
  pod: Frozen<Pod>,
  client: Client,
  nowMs: number,
): Promise<void> {
  for (const claim of claims) {
    const allocation = allocations.get(claim);
    let current = claim;
    if (!allocation) {
      if (isReservedFor(pod, claim)) continue;
      // Others may have reserved it since it was looked at.
      current = await client.get<ResourceV1ResourceClaim>(RESOURCE_CLAIMS, keyOf(claim));
      if (!current.status.allocation) throw new Error(`claim ${claim.metadata.name} got deallocated in the meantime`);
    } else if (!claim.metadata.finalizers?.includes(CLAIM_FINALIZER))
      current = await client.update<ResourceV1ResourceClaim>(RESOURCE_CLAIMS, withFinalizer(claim, CLAIM_FINALIZER));
    const reserved = isReservedFor(pod, current) ? current : reservedFor(pod, current);
    const allocated = allocation && { allocation: { ...allocation, allocationTimestamp: rfc3339(nowMs) } };
    await client.update(RESOURCE_CLAIMS, { ...reserved, status: { ...reserved.status, ...allocated } }, 'status');
  }
}
