import { type Frozen, thaw } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { CronJob, CronJobStatus, Job, ObjectReference } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { expectationsOf } from '../lib/expectations.ts';
import { JOBS } from '../lib/jobs.ts';
import { messageOf } from '../lib/pod-control.ts';
import { CRON_JOBS } from './new-job.ts';

/** One look at a cron job and its jobs. */
export interface Pass {
  readonly key: Key;
  readonly env: ControllerEnv;
  cronJob: Frozen<CronJob>;
  /** The status that is going to be written if it is news. */
  status: CronJobStatus;
  isNews: boolean;
}

export function passOf(key: Key, cronJob: Frozen<CronJob>, env: ControllerEnv): Pass {
  return { key, env, cronJob, status: thaw<CronJobStatus>(cronJob.status ?? {}), isNews: false };
}

export const activeOf = ({ status }: Pick<Pass, 'status'>): readonly ObjectReference[] => status.active ?? [];

export function isInActive(pass: Pick<Pass, 'status'>, uid: string | undefined): boolean {
  return activeOf(pass).some((reference) => reference.uid === uid);
}

export function removeFromActive({ status }: Pass, uid: string | undefined): void {
  status.active = (status.active ?? []).filter((reference) => reference.uid !== uid);
}

/** Deletes a job with its pods, and forgets it. @returns whether it is gone */
export async function deleteJob(pass: Pass, job: Frozen<Job>): Promise<boolean> {
  const { env, key, cronJob } = pass;
  try {
    await env.client.delete(JOBS, keyOf(job), { propagationPolicy: 'Background' });
  } catch (error) {
    env.event(cronJob, 'Warning', 'FailedDelete', `Deleted job: ${messageOf(error)}`);
    return false;
  }
  expectationsOf(env).deleted(key, JOBS, job);
  removeFromActive(pass, job.metadata.uid);
  pass.isNews = true;
  env.event(cronJob, 'Normal', 'SuccessfulDelete', `Deleted job ${job.metadata.name}`);
  return true;
}

/** A job past all informers; undefined when there is none. */
export async function readJob({ env }: Pass, key: Key): Promise<Frozen<Job> | undefined> {
  try {
    return await env.client.get<Job>(JOBS, key);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

export async function writeStatus({ key, env, cronJob, status }: Pass): Promise<void> {
  const { active = [], ...rest } = status;
  const next = { ...cronJob, status: { ...rest, ...(active.length > 0 && { active }) } };
  expectationsOf(env).wrote(key, CRON_JOBS, await env.client.update<CronJob>(CRON_JOBS, next, 'status'));
}
