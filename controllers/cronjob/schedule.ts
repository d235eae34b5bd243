/**
 * When cron jobs are due, by Croner. Where github.com/robfig/cron goes another way, that way is taken: what falls into
 * the hour that a time zone leaves out in spring is not done, and what falls into the hour that it has twice in autumn
 * is done twice.
 */
import type { Cron } from 'croner';
import type { Frozen } from '../../server/base/freeze.ts';
import { RecentMap } from '../../server/base/recent-map.ts';
import type { CronJobSpec } from '../../server/kube/types.gen.ts';
import { everyMs } from './every.ts';
import { plainFields } from './fields.ts';

export interface Schedule {
  /** The first time after this one; undefined when there is none within the next five years. */
  nextMs(afterMs: number): number | undefined;
}

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;

/** Croner has no `@midnight`. */
const DESCRIPTORS: Readonly<Record<string, string>> = { '@midnight': '@daily' };

/** No time zone moves its clocks by more than this at once, those that skip a whole day aside. */
const LARGEST_SHIFT_MS = 3 * HOUR_MS;
const MOST_YEARS = 5;
/** The time that was due last, and the one after it. */
const REMEMBERED = 4;
const schedules = new RecentMap<string, Schedule>(500);

/**
 * The library is loaded for the first cron job only.
 *
 * @throws Error when the schedule or the time zone is none
 */
export async function scheduleOf({
  schedule,
  timeZone = 'UTC',
}: Pick<Frozen<CronJobSpec>, 'schedule' | 'timeZone'>): Promise<Schedule> {
  const [, ownZone, rest = schedule] = /^(?:CRON_)?TZ=(\S+) (.*)$/.exec(schedule) ?? [];
  const zone = ownZone ?? timeZone;
  const text = rest.trim();
  const delayMs = everyMs(text);
  if (delayMs !== undefined) return { nextMs: (afterMs) => Math.floor(afterMs / 1000) * 1000 + delayMs };
  const name = `${zone} ${text}`;
  const known = schedules.get(name);
  if (known) return known;
  const { Cron } = await import('croner');
  const cron = new Cron(text.startsWith('@') ? (DESCRIPTORS[text] ?? text) : plainFields(text), {
    mode: '5-part',
    timezone: zone,
    paused: true,
  });
  const made = remembering((afterMs) => nextOf(cron, zone, afterMs));
  schedules.set(name, made);
  return made;
}

/** The same is asked again and again, and Croner takes its time: nothing is due between a time and its next one. */
function remembering(nextMs: (afterMs: number) => number | undefined): Schedule {
  const known: { readonly fromMs: number; readonly nextMs: number }[] = [];
  return {
    nextMs: (afterMs) => {
      const found = known.find((one) => one.fromMs <= afterMs && afterMs < one.nextMs);
      if (found) return found.nextMs;
      const next = nextMs(afterMs);
      if (next === undefined) return undefined;
      if (known.unshift({ fromMs: afterMs, nextMs: next }) > REMEMBERED) known.pop();
      return next;
    },
  };
}

function nextOf(cron: Cron, zone: string, afterMs: number): number | undefined {
  if (offsetMs(afterMs - LARGEST_SHIFT_MS, zone) > offsetMs(afterMs + LARGEST_SHIFT_MS, zone)) {
    const firstMs = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    for (let atMs = firstMs; atMs <= afterMs + LARGEST_SHIFT_MS; atMs += MINUTE_MS)
      if (cron.match(new Date(atMs))) return atMs;
  }
  for (let atMs = afterMs; ; ) {
    const next = cron.nextRun(new Date(atMs));
    if (!next || next.getUTCFullYear() > new Date(afterMs).getUTCFullYear() + MOST_YEARS) return undefined;
    if (cron.match(next)) return next.getTime();
    atMs = next.getTime();
  }
}

/** How far the clocks of a zone are ahead of UTC. */
export function offsetMs(atMs: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(new Date(atMs)).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = 0, minutes = 0, seconds = 0] = /^GMT([-+])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name) ?? [];
  return (sign === '-' ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * MINUTE_MS + Number(seconds) * 1000);
}
