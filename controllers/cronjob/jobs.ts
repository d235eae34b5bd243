/** What a cron job keeps track of: which of its jobs run, when the last one succeeded, and how many old ones stay. */
import { type Frozen, thaw } from '../../server/base/freeze.ts';
import type { CronJob, CronJobStatus, Job } from '../../server/kube/types.gen.ts';
import { finishedCondition } from '../lib/jobs.ts';
import { CRON_JOBS } from './new-job.ts';
import { activeOf, deleteJob, isInActive, type Pass, readJob, removeFromActive } from './pass.ts';

/** Deletes the oldest jobs that are over, but for as many as the history may have. */
export async function limitHistory(pass: Pass, jobs: readonly Frozen<Job>[]): Promise<void> {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = pass.cronJob.spec;
  const limits = { Complete: successfulJobsHistoryLimit, Failed: failedJobsHistoryLimit };
  for (const [type, limit] of Object.entries(limits)) {
    if (limit === undefined) continue;
    const over = jobs.filter((job) => finishedCondition(job)?.type === type).sort(byStart);
    for (const job of over.slice(0, Math.max(0, over.length - limit))) await deleteJob(pass, job);
  }
}

/** Jobs that never started come last. */
function byStart(a: Frozen<Job>, b: Frozen<Job>): number {
  const [aMs, bMs] = [a, b].map(({ status }) => Date.parse(status.startTime ?? '9999-12-31T23:59:59Z'));
  return (aMs ?? 0) - (bMs ?? 0) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1);
}

/** Follows the jobs that there are. */
export async function followJobs(pass: Pass, jobs: readonly Frozen<Job>[]): Promise<void> {
  for (const job of jobs) {
    const finished = finishedCondition(job);
    if (finished) noteFinished(pass, job, finished.type);
    else if (!isInActive(pass, job.metadata.uid)) await noteUnexpected(pass, job);
  }
  const uids = new Set(jobs.map(({ metadata }) => metadata.uid));
  for (const { name = '', namespace = '', uid } of activeOf(pass)) {
    if (uids.has(uid) || (await readJob(pass, { namespace, name }))) continue;
    pass.env.event(pass.cronJob, 'Normal', 'MissingJob', `Active job went missing: ${name}`);
    removeFromActive(pass, uid);
    pass.isNews = true;
  }
}

function noteFinished(pass: Pass, job: Frozen<Job>, type: string): void {
  const { env, cronJob, status } = pass;
  const { name, uid } = job.metadata;
  if (isInActive(pass, uid)) {
    removeFromActive(pass, uid);
    env.event(cronJob, 'Normal', 'SawCompletedJob', `Saw completed job: ${name}, condition: ${type}`);
    pass.isNews = true;
  }
  const { completionTime } = job.status;
  if (type !== 'Complete' || completionTime === undefined) return;
  const { lastSuccessfulTime } = status;
  if (lastSuccessfulTime !== undefined && Date.parse(completionTime) <= Date.parse(lastSuccessfulTime)) return;
  status.lastSuccessfulTime = completionTime;
  pass.isNews = true;
}

/** Somebody else made a job for this cron job, or the controller stopped before it had noted its own. */
async function noteUnexpected(pass: Pass, job: Frozen<Job>): Promise<void> {
  const { env, key } = pass;
  const fresh = await env.client.get<CronJob>(CRON_JOBS, key);
  const status = thaw<CronJobStatus>(fresh.status ?? {});
  if (isInActive({ status }, job.metadata.uid)) {
    pass.cronJob = fresh;
    pass.status = status;
    return;
  }
  const message = `Saw a job that the controller did not create or forgot: ${job.metadata.name}`;
  env.event(pass.cronJob, 'Warning', 'UnexpectedJob', message);
}
