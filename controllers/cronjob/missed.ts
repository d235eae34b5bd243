/** Which time a cron job has to answer for: pkg/controller/cronjob/utils.go. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { CronJob } from '../../server/kube/types.gen.ts';
import type { Schedule } from './schedule.ts';

/** Rather more than a weekend of hourly jobs. */
const TOO_MANY = 100;

/** A queue that wakes a little late never finds that it is not yet time. */
const PADDING_MS = 100;

interface Due {
  /** Counted from here. */
  readonly sinceMs: number;
  /** The last time that has passed; undefined when none has. */
  readonly dueMs?: number;
  readonly missed: 'none' | 'few' | 'many';
}

/** The time whose job should have been started, and whether more were missed than anybody wants to catch up with. */
export function dueTime(
  cronJob: Frozen<CronJob>,
  nowMs: number,
  schedule: Schedule,
): { readonly dueMs: number | undefined; readonly isLate: boolean } {
  const { dueMs, missed } = lastDue(cronJob, nowMs, schedule, true);
  return { dueMs: dueMs !== undefined && dueMs <= nowMs ? dueMs : undefined, isLate: missed === 'many' };
}

/** In how long the next job is due. */
export function untilNextMs(cronJob: Frozen<CronJob>, nowMs: number, schedule: Schedule): number {
  const { dueMs, missed, sinceMs } = lastDue(cronJob, nowMs, schedule, false);
  const fromMs = dueMs ?? (missed === 'none' ? sinceMs : nowMs);
  return (schedule.nextMs(fromMs) ?? nowMs) + PADDING_MS - nowMs;
}

/** @throws Error when the schedule names days that no month has */
function lastDue(
  { metadata, spec, status }: Frozen<CronJob>,
  nowMs: number,
  schedule: Schedule,
  minding: boolean,
): Due {
  let sinceMs = Date.parse(status.lastScheduleTime ?? metadata.creationTimestamp ?? '');
  const { startingDeadlineSeconds } = spec;
  if (minding && startingDeadlineSeconds !== undefined) {
    sinceMs = Math.max(sinceMs, nowMs - startingDeadlineSeconds * 1000);
  }
  const firstMs = schedule.nextMs(sinceMs);
  if (firstMs !== undefined && nowMs < firstMs) return { sinceMs, missed: 'none' };
  const secondMs = firstMs === undefined ? undefined : schedule.nextMs(firstMs);
  if (firstMs === undefined || secondMs === undefined) {
    throw new Error('time difference between two schedules is less than 1 second');
  }
  if (nowMs < secondMs) return { sinceMs, dueMs: firstMs, missed: 'none' };
  // A rough count by the first two, as schedules need not be regular; the time itself is exact.
  const periodMs = Math.round((secondMs - firstMs) / 1000) * 1000;
  const count = Math.floor((nowMs - firstMs) / periodMs) + 1;
  let dueMs: number | undefined;
  const missed = count > TOO_MANY ? 'many' : 'few';
  for (let atMs = schedule.nextMs(firstMs + (count - 2) * periodMs); atMs !== undefined && atMs <= nowMs; ) {
    dueMs = atMs;
    atMs = schedule.nextMs(atMs);
  }
  return dueMs === undefined ? { sinceMs, missed } : { sinceMs, dueMs, missed };
}
