import type { Library } from '../types/functions.ts';
import { type Calendar, calendar } from '../values/times.ts';
import { type CelDuration, CelError, type CelTimestamp, toInt, type Value } from '../values/value.ts';

/** The parts of times and durations. */

function part(id: string, pick: (parts: Calendar) => number, withZone = `${id}_with_tz`): Library[string] {
  const implementation = (time: CelTimestamp, zone = 'UTC'): Value => {
    const parts = calendar(time.nanoseconds, zone);
    return parts instanceof CelError ? parts : pick(parts);
  };
  return {
    [`.${id}(timestamp): int`]: (time: CelTimestamp) => implementation(time),
    [`.${withZone}(timestamp, string): int`]: implementation,
  };
}

function whole(id: string, nanoseconds: bigint): Library[string] {
  return { [`.${id}(duration): int`]: (duration: CelDuration) => toInt(duration.nanoseconds / nanoseconds) };
}

const SECOND = 1_000_000_000n;

export const TIMES: Library = {
  getDate: part('timestamp_to_day_of_month_1_based', ({ dayOfMonth }) => dayOfMonth),
  getDayOfMonth: part('timestamp_to_day_of_month', ({ dayOfMonth }) => dayOfMonth - 1),
  getDayOfWeek: part('timestamp_to_day_of_week', ({ dayOfWeek }) => dayOfWeek),
  getDayOfYear: part('timestamp_to_day_of_year', ({ dayOfYear }) => dayOfYear),
  getFullYear: part('timestamp_to_year', ({ year }) => year),
  getMonth: part('timestamp_to_month', ({ month }) => month),
  getHours: {
    ...part('timestamp_to_hours', ({ hours }) => hours),
    ...whole('duration_to_hours', 3600n * SECOND),
  },
  getMinutes: {
    ...part('timestamp_to_minutes', ({ minutes }) => minutes),
    ...whole('duration_to_minutes', 60n * SECOND),
  },
  getSeconds: {
    ...part('timestamp_to_seconds', ({ seconds }) => seconds, 'timestamp_to_seconds_tz'),
    ...whole('duration_to_seconds', SECOND),
  },
  getMilliseconds: {
    ...part('timestamp_to_milliseconds', ({ milliseconds }) => milliseconds),
    ...whole('duration_to_milliseconds', 1_000_000n),
  },
};
