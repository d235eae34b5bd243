/** What becomes of a claim whose consumers go (syncClaim). */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { Pod, ResourceClaimConsumerReference, ResourceV1ResourceClaim } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import { CLAIM_FINALIZER, isDoneWithClaims, RESOURCE_CLAIMS, type ResourceClaim } from '../lib/resource-claims.ts';
import { withoutFinalizer } from '../lib/volumes/finalizers.ts';

type Consumer = Frozen<ResourceClaimConsumerReference>;

/** Takes pods out that are gone, gives devices back that nobody uses, and lets claims go that were made for a pod. */
export async function syncClaim(listed: ResourceClaim, env: ControllerEnv): Promise<void> {
  const consumers = listed.status.reservedFor ?? [];
  const remaining: Consumer[] = [];
  for (const consumer of consumers) if (await isAround(consumer, listed, env)) remaining.push(consumer);
  let claim = listed;
  if (remaining.length < consumers.length) {
    claim = await write(claim, remaining, remaining.length > 0 ? claim.status.allocation : undefined, env);
    if (isHeld(claim) && !claim.status.allocation) claim = await release(claim, env);
  } else if (isHeld(claim) && claim.metadata.deletionTimestamp !== undefined && remaining.length === 0) {
    // It kept its devices although nobody used them any more.
    if (claim.status.allocation) claim = await write(claim, remaining, undefined, env);
    await release(claim, env);
    return;
  }
  if (remaining.length === 0 && isLeftBehind(claim, env)) await remove(claim, env);
}

const isHeld = ({ metadata }: ResourceClaim): boolean => metadata.finalizers?.includes(CLAIM_FINALIZER) ?? false;

const release = (claim: ResourceClaim, env: ControllerEnv): Promise<ResourceClaim> =>
  env.client.update<ResourceV1ResourceClaim>(RESOURCE_CLAIMS, withoutFinalizer(claim, CLAIM_FINALIZER));

/** What somebody else than the scheduler has allocated stays allocated. */
function write(
  claim: ResourceClaim,
  consumers: readonly Consumer[],
  allocation: ResourceClaim['status']['allocation'],
  env: ControllerEnv,
): Promise<ResourceClaim> {
  const { allocation: before, reservedFor: _, ...others } = claim.status;
  const kept = isHeld(claim) ? allocation : before;
  const status = {
    ...others,
    ...(kept && { allocation: kept }),
    ...(consumers.length > 0 && { reservedFor: consumers }),
  };
  return env.client.update<ResourceV1ResourceClaim>(RESOURCE_CLAIMS, { ...claim, status } as ResourceClaim, 'status');
}

/** Whether a consumer still needs the claim. Of others than pods nobody knows. */
async function isAround(consumer: Consumer, claim: ResourceClaim, env: ControllerEnv): Promise<boolean> {
  if (consumer.apiGroup || consumer.resource !== 'pods') return true;
  const key = { namespace: claim.metadata.namespace ?? '', name: consumer.name };
  const pod = env.lister<Pod>(PODS).get(key) ?? (await read(key, env));
  return pod !== undefined && pod.metadata.uid === consumer.uid && !isDoneWithClaims(pod);
}

/** The informer may not know yet a pod that is being scheduled. */
async function read(key: ReturnType<typeof keyOf>, env: ControllerEnv): Promise<Frozen<Pod> | undefined> {
  try {
    return await env.client.get<Pod>(PODS, key);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** Whether a claim was made for a pod that will not run any more: the pod itself may stay for a while. */
function isLeftBehind({ metadata }: ResourceClaim, env: ControllerEnv): boolean {
  const owner = metadata.ownerReferences?.find(
    ({ controller, apiVersion, kind }) => controller && apiVersion === 'v1' && kind === 'Pod',
  );
  const pod = owner && env.lister<Pod>(PODS).get({ namespace: metadata.namespace ?? '', name: owner.name });
  return pod !== undefined && (pod.metadata.uid !== owner?.uid || isDoneWithClaims(pod));
}

async function remove(claim: ResourceClaim, env: ControllerEnv): Promise<void> {
  if (claim.metadata.deletionTimestamp !== undefined) return;
  await env.client.delete(RESOURCE_CLAIMS, keyOf(claim), { uid: claim.metadata.uid ?? '' });
}
