import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { CronJob, Job } from '../../server/kube/types.gen.ts';
import { controllerRefOf, isControlledBy } from '../lib/adopt.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { EXPECTATIONS_TIMEOUT_MS, expectationsOf } from '../lib/expectations.ts';
import { JOBS } from '../lib/jobs.ts';
import { followJobs, limitHistory } from './jobs.ts';
import { untilNextMs } from './missed.ts';
import { CRON_JOB_KIND, CRON_JOBS } from './new-job.ts';
import { passOf, writeStatus } from './pass.ts';
import { scheduleOf } from './schedule.ts';
import { startDue } from './start.ts';

/** Makes jobs when they are due, and keeps account of them. */
export const controller: ControllerDefinition = {
  name: 'cronjob-controller',
  queue: 'cronjob',
  account: 'cronjob-controller',
  concerns: (resource) => resource === 'cronjobs.batch',
  watches: [
    {
      resource: JOBS,
      keys: (job) => {
        const reference = controllerRefOf(job);
        const { namespace = '' } = job.metadata;
        return reference?.kind === CRON_JOB_KIND.kind ? [{ namespace, name: reference.name }] : [];
      },
    },
  ],
  reads: [CRON_JOBS],
  workers: 5,
  start,
  reconcile,
};

function start(env: ControllerEnv): Cancel {
  return env.onChange<CronJob>(CRON_JOBS, ({ before, now }) => {
    const cronJob = now ?? before;
    if (before && now && isRescheduled(before, now)) void enqueueForNext(now, env);
    else if (cronJob) env.enqueue(keyOf(cronJob));
  });
}

function isRescheduled(before: Frozen<CronJob>, now: Frozen<CronJob>): boolean {
  return before.spec.schedule !== now.spec.schedule || before.spec.timeZone !== now.spec.timeZone;
}

/** A changed schedule begins at its next time, and does not make up for times that it would have had. */
async function enqueueForNext(cronJob: Frozen<CronJob>, env: ControllerEnv): Promise<void> {
  let afterMs = 0;
  try {
    afterMs = untilNextMs(cronJob, env.clock.now(), await scheduleOf(cronJob.spec));
  } catch {
    // The pass tells what is wrong with it.
  }
  env.enqueue(keyOf(cronJob), afterMs);
}

async function reconcile(key: Key, env: ControllerEnv): Promise<{ readonly againInMs: number } | undefined> {
  const expectations = expectationsOf(env);
  const cronJob = env.lister<CronJob>(CRON_JOBS).get(key);
  if (!cronJob) {
    expectations.forget(key);
    return undefined;
  }
  if (!expectations.areMet(key, env)) return { againInMs: EXPECTATIONS_TIMEOUT_MS };
  const jobs = env
    .lister<Job>(JOBS)
    .ownedBy(cronJob.metadata.uid ?? '')
    .filter((job) => isControlledBy(job, cronJob));
  const pass = passOf(key, cronJob, env);
  await limitHistory(pass, jobs);
  let againInMs: number | undefined;
  let failure: unknown;
  try {
    await followJobs(pass, jobs);
    againInMs = await startDue(pass);
  } catch (error) {
    failure = error;
  }
  // What was done is noted, whatever went wrong afterwards.
  if (pass.isNews) await writeStatus(pass);
  if (failure !== undefined) throw failure;
  return againInMs === undefined ? undefined : { againInMs };
}
