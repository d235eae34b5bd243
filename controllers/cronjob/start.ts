/** Starting the job of a cron job when it is due. */
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { CronJob, Job } from '../../server/kube/types.gen.ts';
import { isControlledBy } from '../lib/adopt.ts';
import { expectationsOf } from '../lib/expectations.ts';
import { JOBS } from '../lib/jobs.ts';
import { messageOf } from '../lib/pod-control.ts';
import { isTerminating } from '../lib/terminating.ts';
import { dueTime, untilNextMs } from './missed.ts';
import { jobName, newJob } from './new-job.ts';
import { activeOf, deleteJob, isInActive, type Pass, readJob } from './pass.ts';
import { type Schedule, scheduleOf } from './schedule.ts';

/** @returns in how long the next job is due, if there is a next one */
export async function startDue(pass: Pass): Promise<number | undefined> {
  const { cronJob, env } = pass;
  const { metadata, spec } = cronJob;
  if (metadata.deletionTimestamp !== undefined || spec.suspend === true) return undefined;
  const schedule = await readSchedule(pass);
  const nowMs = env.clock.now();
  const due = schedule && findDue(pass, schedule, nowMs);
  if (!schedule || !due) return undefined;
  const { dueMs } = due;
  if (dueMs !== undefined && mayStart(pass, dueMs, nowMs)) {
    await replaceActive(pass);
    if (!(await startJob(pass, dueMs))) return undefined;
  }
  return untilNextMs({ ...cronJob, status: pass.status }, nowMs, schedule);
}

async function readSchedule({ cronJob, env }: Pass): Promise<Schedule | undefined> {
  const { schedule, timeZone } = cronJob.spec;
  const isZoned = schedule.includes('TZ');
  try {
    if (timeZone !== undefined && !isZoned) new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    const message = `invalid timeZone: "${timeZone}": unknown time zone ${timeZone}`;
    env.event(cronJob, 'Warning', 'UnknownTimeZone', message);
    return undefined;
  }
  if (isZoned) {
    const link = 'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/';
    const what = `CRON_TZ or TZ used in schedule "${schedule}" is not officially supported`;
    env.event(cronJob, 'Warning', 'UnsupportedSchedule', `${what}, see ${link} for more details`);
  }
  try {
    return await scheduleOf(cronJob.spec);
  } catch (error) {
    const message = `unparseable schedule: "${schedule}" : ${messageOf(error)}`;
    env.event(cronJob, 'Warning', 'UnparseableSchedule', message);
    return undefined;
  }
}

function findDue({ cronJob, env }: Pass, schedule: Schedule, nowMs: number): { dueMs: number | undefined } | undefined {
  try {
    const { dueMs, isLate } = dueTime(cronJob, nowMs, schedule);
    if (isLate && dueMs !== undefined) {
      const message = 'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew';
      env.event(cronJob, 'Warning', 'TooManyMissedTimes', message);
    }
    return { dueMs };
  } catch (error) {
    const message = `invalid schedule: ${cronJob.spec.schedule} : ${messageOf(error)}`;
    env.event(cronJob, 'Warning', 'InvalidSchedule', message);
    return undefined;
  }
}

/** Whether it is neither too late nor done already, and no other job is in the way. */
function mayStart(pass: Pass, dueMs: number, nowMs: number): boolean {
  const { cronJob, env, status } = pass;
  const { startingDeadlineSeconds, concurrencyPolicy } = cronJob.spec;
  if (startingDeadlineSeconds !== undefined && dueMs + startingDeadlineSeconds * 1000 < nowMs) {
    const message = `Missed scheduled time to start a job: ${rfc1123(dueMs)}`;
    env.event(cronJob, 'Warning', 'MissSchedule', message);
    return false;
  }
  const name = jobName(cronJob, dueMs);
  if (activeOf(pass).some((reference) => reference.name === name)) return false;
  if (status.lastScheduleTime !== undefined && Date.parse(status.lastScheduleTime) === dueMs) return false;
  if (concurrencyPolicy !== 'Forbid' || activeOf(pass).length === 0) return true;
  const message = 'Not starting job because prior execution is running and concurrency policy is Forbid';
  env.event(cronJob, 'Normal', 'JobAlreadyActive', message);
  return false;
}

/** `Thu, 01 Jan 2026 00:00:00 +0000`. */
const rfc1123 = (atMs: number): string => new Date(atMs).toUTCString().replace('GMT', '+0000');

async function replaceActive(pass: Pass): Promise<void> {
  const { cronJob, env } = pass;
  if (cronJob.spec.concurrencyPolicy !== 'Replace') return;
  for (const { name = '', namespace = '' } of activeOf(pass)) {
    const job = await env.client.get<Job>(JOBS, { namespace, name }).catch((error: unknown) => {
      env.event(cronJob, 'Warning', 'FailedGet', `Get job: ${messageOf(error)}`);
      throw error;
    });
    if (!(await deleteJob(pass, job))) throw new Error(`could not replace job ${namespace}/${name}`);
  }
}

/** @returns false when somebody else has made it, and keeps account of it */
async function startJob(pass: Pass, dueMs: number): Promise<boolean> {
  const { cronJob, env, key, status } = pass;
  const job = await createOrFind(pass, cronJob, dueMs);
  if (!job) return false;
  expectationsOf(env).wrote(key, JOBS, job);
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = job.metadata;
  const reference = { kind: 'Job', namespace, name, uid, apiVersion: 'batch/v1', resourceVersion };
  status.active = [...activeOf(pass), reference];
  status.lastScheduleTime = rfc3339(dueMs);
  pass.isNews = true;
  return true;
}

async function createOrFind(pass: Pass, cronJob: Frozen<CronJob>, dueMs: number): Promise<Frozen<Job> | undefined> {
  const { env, key } = pass;
  try {
    const job = await env.client.create<Job>(JOBS, newJob(cronJob, dueMs));
    env.event(cronJob, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name}`);
    return job;
  } catch (error) {
    if (isTerminating(error)) throw error;
    if (!(error instanceof ApiError && error.status.reason === 'AlreadyExists')) {
      env.event(cronJob, 'Warning', 'FailedCreate', `Error creating job: ${messageOf(error)}`);
      throw error;
    }
    // Made by this controller, which stopped before it had noted it, or by somebody else.
    const job = await readJob(pass, { ...key, name: jobName(cronJob, dueMs) });
    if (!job) throw error;
    return isControlledBy(job, cronJob) && !isInActive(pass, job.metadata.uid) ? job : undefined;
  }
}
