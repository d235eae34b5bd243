import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { selectorMatches } from '../../server/kube/labels.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Job, Pod } from '../../server/kube/types.gen.ts';
import { claim, isControlledBy, labelSelectorOf } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { EXPECTATIONS_TIMEOUT_MS, expectationsOf } from '../lib/expectations.ts';
import { finishedCondition, JOBS } from '../lib/jobs.ts';
import { PODS } from '../lib/pods.ts';
import { forgetFailures } from './backoff.ts';
import { conditionOf, ensureCondition } from './conditions.ts';
import { completion, endingOf } from './ending.ts';
import { isManagedElsewhere, isSuspended, JOB_KIND, TRACKING_FINALIZER } from './job.ts';
import { endPods, managePods } from './manage.ts';
import { type Pass, passOf } from './pass.ts';
import { track } from './track.ts';

type Again = { readonly againInMs: number } | undefined;

/** One pass over one job: count its pods, decide how it goes on, create and delete pods, tell (syncJob). */
export async function sync(key: Key, env: ControllerEnv): Promise<Again> {
  const expectations = expectationsOf(env);
  const job = env.lister<Job>(JOBS).get(key);
  if (!job || finishedCondition(job)) {
    expectations.forget(key);
    forgetFailures(key, env);
    return undefined;
  }
  if (isManagedElsewhere(job)) return undefined;
  if (!expectations.areMet(key, env)) return { againInMs: EXPECTATIONS_TIMEOUT_MS };
  const pass = passOf(key, job, await podsOf(key, job, env), env);
  if (pass.status.startTime === undefined && !isSuspended(job)) pass.status.startTime = rfc3339(env.clock.now());
  pass.ending = endingOf(pass);
  const { failure, isNews } = pass.ending ? { failure: await endPods(pass), isNews: false } : await goOn(pass);
  const { status, active, ready, terminating } = pass;
  const isChanged = active !== (status.active ?? 0) || ready !== status.ready || terminating !== status.terminating;
  Object.assign(status, { active, ready, terminating });
  await track(pass, isNews || isChanged);
  if (failure !== undefined) throw failure;
  return pass.againInMs === undefined ? undefined : { againInMs: pass.againInMs };
}

/** The job does not have to end: pods are made or deleted, unless all is done. */
async function goOn(pass: Pass): Promise<{ failure: unknown; isNews: boolean }> {
  const { job, succeeded } = pass;
  const { completions } = job.spec;
  const isGoing = job.metadata.deletionTimestamp === undefined;
  const failure = isGoing ? await managePods(pass) : undefined;
  // Without a number of completions, one pod that succeeds speaks for all, once the others have ended.
  const isComplete = completions === undefined ? succeeded > 0 : succeeded >= completions;
  if (isComplete && pass.active === 0) pass.ending = completion(pass);
  return { failure, isNews: pass.ending === undefined && isGoing && tellSuspension(pass) };
}

/** @returns whether the job has just been suspended or resumed */
function tellSuspension({ job, status, env }: Pass): boolean {
  const nowMs = env.clock.now();
  const suspended = isSuspended(job);
  const reason = suspended ? 'JobSuspended' : 'JobResumed';
  const message = suspended ? 'Job suspended' : 'Job resumed';
  const condition = conditionOf({ type: 'Suspended', status: suspended ? 'True' : 'False', reason, message }, nowMs);
  if (!ensureCondition(status, condition)) return false;
  env.event(job, 'Normal', suspended ? 'Suspended' : 'Resumed', message);
  // The deadline counts from the last time that the job began to run.
  if (suspended) delete status.startTime;
  else status.startTime = rfc3339(nowMs);
  return true;
}

/** The pods of a job, ended ones too; orphans that its selector matches are adopted, with the finalizer. */
function podsOf(key: Key, job: Frozen<Job>, env: ControllerEnv): Promise<readonly Frozen<Pod>[]> {
  const pods = env.lister<Pod>(PODS);
  const own = pods.ownedBy(job.metadata.uid ?? '').filter((pod) => isControlledBy(pod, job));
  const selector = labelSelectorOf(job.spec.selector ?? {});
  return claim<Pod>({
    env,
    owner: job,
    kind: JOB_KIND,
    resource: PODS,
    candidates: [...own, ...pods.orphans(key.namespace)],
    matches: (pod) => selectorMatches(selector, pod.metadata.labels),
    finalizers: [TRACKING_FINALIZER],
    wrote: (pod) => expectationsOf(env).wrote(key, PODS, pod),
  });
}
