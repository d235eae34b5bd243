/** The claims of a pod, for the scheduler. */
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Pod, ResourceV1ResourceClaim } from '../../../server/kube/types.gen.ts';
import {
  claimNameOf,
  ownershipProblem,
  podClaimsOf,
  RESOURCE_CLAIMS,
  type ResourceClaim,
} from '../../lib/resource-claims.ts';
import type { World } from '../framework.ts';

/** All claims of a pod. @returns undefined as long as one is missing: until then nobody tries to place the pod */
export function claimsOf(pod: Frozen<Pod>, { lister }: Pick<World, 'lister'>): ResourceClaim[] | undefined {
  const { namespace = '' } = pod.metadata;
  const claims: ResourceClaim[] = [];
  for (const entry of podClaimsOf(pod)) {
    const { name, isGenerated } = claimNameOf(pod, entry);
    if (name === '') continue;
    const claim =
      name === undefined ? undefined : lister<ResourceV1ResourceClaim>(RESOURCE_CLAIMS).get({ namespace, name });
    if (!claim || claim.metadata.deletionTimestamp !== undefined) return undefined;
    if (isGenerated && ownershipProblem(pod, claim) !== undefined) return undefined;
    if (!claims.includes(claim)) claims.push(claim);
  }
  return claims;
}
