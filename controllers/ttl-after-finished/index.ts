import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Job } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { finishedCondition, JOBS } from '../lib/jobs.ts';

/** Deletes jobs that have been over for as long as they wanted to be kept. */
export const controller: ControllerDefinition = {
  name: 'ttl-after-finished-controller',
  queue: 'ttl_jobs_to_delete',
  account: 'ttl-after-finished-controller',
  watches: [self(JOBS)],
  workers: 5,
  reconcile,
};

async function reconcile(key: Key, env: ControllerEnv): Promise<{ readonly againInMs: number } | undefined> {
  const nowMs = env.clock.now();
  const listed = env.lister<Job>(JOBS).get(key);
  const leftMs = listed && timeLeftMs(listed, nowMs);
  if (leftMs === undefined) return undefined;
  if (leftMs > 0) return { againInMs: leftMs };
  try {
    // The time to keep it may have been changed a moment ago.
    const job = await env.client.get<Job>(JOBS, key);
    const reallyLeftMs = timeLeftMs(job, nowMs);
    if (reallyLeftMs === undefined) return undefined;
    if (reallyLeftMs > 0) return { againInMs: reallyLeftMs };
    await env.client.delete(JOBS, key, { uid: job.metadata.uid ?? '', propagationPolicy: 'Foreground' });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
  return undefined;
}

/** Undefined for a job that stays. */
function timeLeftMs(job: Frozen<Job>, nowMs: number): number | undefined {
  const { ttlSecondsAfterFinished } = job.spec;
  const finishedAt = finishedCondition(job)?.lastTransitionTime;
  if (job.metadata.deletionTimestamp !== undefined) return undefined;
  if (ttlSecondsAfterFinished === undefined || finishedAt === undefined) return undefined;
  return Date.parse(finishedAt) + ttlSecondsAfterFinished * 1000 - nowMs;
}
