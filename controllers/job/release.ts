/** Taking the tracking finalizer from pods. */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { Job, Pod } from '../../server/kube/types.gen.ts';
import { controllerRefOf } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { expectationsOf } from '../lib/expectations.ts';
import { finishedCondition, JOBS } from '../lib/jobs.ts';
import { PODS } from '../lib/pods.ts';
import { hasTrackingFinalizer, isManagedElsewhere, JOB_KIND, TRACKING_FINALIZER } from './job.ts';
import type { Pass } from './pass.ts';

/** The pod of a job loses the finalizer; one that is gone has lost it. */
export async function releasePod({ key, env }: Pick<Pass, 'key' | 'env'>, pod: Frozen<Pod>): Promise<void> {
  if (!hasTrackingFinalizer(pod)) return;
  const released = await removeFinalizer(pod, env);
  const isLast = !released?.metadata.finalizers?.length;
  const isGone =
    isLast && pod.metadata.deletionTimestamp !== undefined && !released?.metadata.deletionGracePeriodSeconds;
  if (!released || isGone) expectationsOf(env).gone(key, PODS, pod);
  else expectationsOf(env).wrote(key, PODS, released);
}

/** Whether a pod has the finalizer and no job that would ever take it away. */
export function isOrphaned(pod: Frozen<Pod>, env: ControllerEnv): boolean {
  if (!hasTrackingFinalizer(pod)) return false;
  const reference = controllerRefOf(pod);
  if (!reference) return true;
  if (reference.kind !== JOB_KIND.kind || reference.apiVersion !== JOB_KIND.apiVersion) return false;
  const job = env.lister<Job>(JOBS).get({ namespace: pod.metadata.namespace ?? '', name: reference.name });
  if (job?.metadata.uid !== reference.uid) return true;
  return !isManagedElsewhere(job) && finishedCondition(job) !== undefined;
}

/** Lets a pod go whose job is gone or over, if that is still so. */
export async function releaseOrphan(key: Key, env: ControllerEnv): Promise<undefined> {
  const pod = env.lister<Pod>(PODS).get(key);
  if (pod && isOrphaned(pod, env)) await removeFinalizer(pod, env);
}

async function removeFinalizer(pod: Frozen<Pod>, { client }: ControllerEnv): Promise<Frozen<Pod> | undefined> {
  const metadata = { '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] };
  try {
    return await client.patch<Pod>(PODS, keyOf(pod), 'strategic', { metadata });
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}
