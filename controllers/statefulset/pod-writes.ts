/** Creating, correcting and deleting the pods of a stateful set, and telling of it: stateful_pod_control.go. */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Pod, PodTemplateSpec } from '../../server/kube/types.gen.ts';
import { messageOf } from '../lib/pod-control.ts';
import { PODS } from '../lib/pods.ts';
import { claimsMatchPolicy, createClaims, enforcePolicy } from './claims.ts';
import { identityMatches, podName } from './identity.ts';
import type { Pass } from './pass.ts';
import { newPod, storageMatches, withIdentity, withStorage } from './pod-spec.ts';
import type { Replica } from './replicas.ts';

type Verb = 'Create' | 'Update' | 'Delete';

function tell(pass: Pass, verb: Verb, pod: string): void {
  const { name } = pass.set.metadata;
  pass.event('Normal', `Successful${verb}`, `${verb} Pod ${pod} in StatefulSet ${name} successful`);
}

/** Tells of a failure of `attempt`, which goes on. */
async function telling<T>(pass: Pass, verb: Verb, pod: string, attempt: Promise<T>): Promise<T> {
  try {
    return await attempt;
  } catch (error) {
    const about = `${verb} Pod ${pod} in StatefulSet ${pass.set.metadata.name}`;
    pass.event('Warning', `Failed${verb}`, `${about} failed error: ${messageOf(error)}`);
    throw error;
  }
}

const isReason = (error: unknown, reason: string): boolean =>
  error instanceof ApiError && error.status.reason === reason;

/** Creates a pod, and before it its claims. @throws Error */
export async function createReplica(pass: Pass, replica: Replica, template: Frozen<PodTemplateSpec>): Promise<void> {
  const name = podName(pass.set, replica.ordinal);
  await telling(pass, 'Create', name, createClaims(pass, replica));
  let failure: unknown;
  try {
    await pass.create(PODS, newPod(pass.set, replica.ordinal, template, replica.revision));
  } catch (error) {
    // Somebody else's pod may have the name: that is told by nobody, and tried again.
    if (isReason(error, 'AlreadyExists')) throw error;
    failure = error;
  }
  await telling(pass, 'Update', name, enforcePolicy(pass, replica));
  if (failure !== undefined) await telling(pass, 'Create', name, Promise.reject(failure));
  tell(pass, 'Create', name);
}

/** Makes the claims that a pending pod may wait for. @throws Error */
export async function createMissingClaims(pass: Pass, replica: Replica): Promise<void> {
  await createClaims(pass, replica);
  await telling(pass, 'Update', podName(pass.set, replica.ordinal), enforcePolicy(pass, replica));
}

/** Whether a pod is what its ordinal makes of it. */
export function isInOrder(pass: Pass, replica: Replica, pod: Frozen<Pod>): boolean {
  const { set } = pass;
  const { ordinal } = replica;
  return identityMatches(set, ordinal, pod) && storageMatches(set, ordinal, pod) && claimsMatchPolicy(pass, replica);
}

/** Gives a pod its identity and its claims back. @throws Error */
export async function updateReplica(pass: Pass, replica: Replica, pod: Frozen<Pod>): Promise<void> {
  const { set } = pass;
  const { ordinal } = replica;
  const name = podName(set, ordinal);
  let next = pod;
  if (!identityMatches(set, ordinal, pod)) next = withIdentity(set, ordinal, next);
  if (!storageMatches(set, ordinal, pod)) {
    next = withStorage(set, ordinal, next);
    await telling(pass, 'Update', name, createClaims(pass, replica));
  }
  if (!claimsMatchPolicy(pass, replica)) await telling(pass, 'Update', name, enforcePolicy(pass, replica));
  // Upstream sends a pod whose claims alone were out of order too, which changes nothing.
  if (next !== pod) await telling(pass, 'Update', name, pass.update(PODS, next));
  tell(pass, 'Update', name);
}

/** Deletes a pod; one that is gone already is as good. @throws Error */
export async function deleteReplica(pass: Pass, pod: Frozen<Pod>): Promise<void> {
  const { name = '' } = pod.metadata;
  try {
    await pass.delete(PODS, pod);
  } catch (error) {
    if (!isReason(error, 'NotFound')) await telling(pass, 'Delete', name, Promise.reject(error));
  }
  tell(pass, 'Delete', name);
}
