import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { CronJob } from '../../server/kube/types.gen.ts';
import { type ControllerKind, controllerRefTo } from '../lib/adopt.ts';
import { offsetMs } from './schedule.ts';

export const CRON_JOBS = 'batch/v1/cronjobs';
export const CRON_JOB_KIND: ControllerKind = { apiVersion: 'batch/v1', kind: 'CronJob', resource: CRON_JOBS };

const SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** Each time has a name of its own, so that no job is made twice. */
export function jobName({ metadata }: Frozen<CronJob>, dueMs: number): string {
  return `${metadata.name}-${Math.floor(dueMs / 60_000)}`;
}

export function newJob(cronJob: Frozen<CronJob>, dueMs: number): KubeObject {
  const { jobTemplate, timeZone = 'UTC' } = cronJob.spec;
  const { labels, annotations } = jobTemplate.metadata ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, dueMs),
      namespace: cronJob.metadata.namespace ?? '',
      ...(labels && { labels: { ...labels } }),
      annotations: { ...annotations, [SCHEDULED_AT]: localTime(dueMs, timeZone) },
      ownerReferences: [controllerRefTo(cronJob, CRON_JOB_KIND)],
    },
    spec: jobTemplate.spec,
  };
}

/** `2026-11-23T09:00:00+09:00`: the time as the clocks of a zone show it. */
function localTime(atMs: number, zone: string): string {
  const aheadMs = offsetMs(atMs, zone);
  if (aheadMs === 0) return rfc3339(atMs);
  const minutes = Math.floor(Math.abs(aheadMs) / 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  const offset = `${aheadMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return rfc3339(atMs + aheadMs).replace('Z', offset);
}
