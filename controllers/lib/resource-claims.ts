/** Claims of devices, and the pods that they are for: k8s.io/dynamic-resource-allocation/resourceclaim. */
import type { Frozen } from '../../server/base/freeze.ts';
import { keyOf, keyText } from '../../server/kube/object.ts';
import type { Pod, PodResourceClaim, PodSpec, ResourceV1ResourceClaim } from '../../server/kube/types.gen.ts';
import { isPodTerminal } from './pods.ts';

export const RESOURCE_CLAIMS = 'resource.k8s.io/v1/resourceclaims';
export const RESOURCE_CLAIM_TEMPLATES = 'resource.k8s.io/v1/resourceclaimtemplates';

export type ResourceClaim = Frozen<ResourceV1ResourceClaim>;

/** Keeps claims as long as devices are allocated to them. */
export const CLAIM_FINALIZER = 'resource.kubernetes.io/delete-protection';

/** So many consumers a claim may have. */
const CONSUMERS_MAX = 256;

/** A claim of a pod by its name in the namespace. */
export interface NamedClaim {
  /** Undefined as long as nobody has made it; '' when nobody has to. */
  readonly name: string | undefined;
  /** Whether it is made from a template, and has to be the pod's own. */
  readonly isGenerated: boolean;
}

/** The claim that an entry of a pod means. */
export function claimNameOf(pod: Frozen<Pod>, { name, resourceClaimName }: Frozen<PodResourceClaim>): NamedClaim {
  if (resourceClaimName !== undefined) return { name: resourceClaimName, isGenerated: false };
  const status = pod.status.resourceClaimStatuses?.find((made) => made.name === name);
  return { name: status && (status.resourceClaimName ?? ''), isGenerated: true };
}

export const podClaimsOf = ({ spec }: { readonly spec: Frozen<PodSpec> }): readonly Frozen<PodResourceClaim>[] =>
  spec.resourceClaims ?? [];

/** Why a claim that was made from a template is not the pod's. */
export function ownershipProblem(pod: Frozen<Pod>, claim: ResourceClaim): string | undefined {
  const isOwn = (claim.metadata.ownerReferences ?? []).some(
    ({ uid, controller }) => controller && uid === pod.metadata.uid,
  );
  if (isOwn) return undefined;
  return `ResourceClaim ${keyText(keyOf(claim))} was not created for pod ${keyText(keyOf(pod))} (pod is not owner)`;
}

export function isReservedFor({ metadata }: Frozen<Pod>, { status }: ResourceClaim): boolean {
  return (status.reservedFor ?? []).some(({ uid }) => uid === metadata.uid);
}

export const canBeReserved = ({ status }: ResourceClaim): boolean => (status.reservedFor ?? []).length < CONSUMERS_MAX;

/** A claim with the pod among its consumers. */
export function reservedFor({ metadata: { name = '', uid = '' } }: Frozen<Pod>, claim: ResourceClaim): ResourceClaim {
  const consumers = [...(claim.status.reservedFor ?? []), { resource: 'pods', name, uid }];
  return { ...claim, status: { ...claim.status, reservedFor: consumers } };
}

/** Whether a pod will need its claims no more. */
export function isDoneWithClaims(pod: Frozen<Pod>): boolean {
  return isPodTerminal(pod) || (pod.metadata.deletionTimestamp !== undefined && !pod.spec.nodeName);
}
