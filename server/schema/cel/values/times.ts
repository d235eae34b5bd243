import { CelError, type CelTimestamp } from './value.ts';

/** Points in time as calendars show them. */

const NANOSECONDS = 1_000_000_000n;

/** RFC 3339 with as many digits of the second as are needed, in the time's own zone. */
export function formatTimestamp({ nanoseconds, offsetSeconds }: CelTimestamp): string {
  const rest = ((nanoseconds % NANOSECONDS) + NANOSECONDS) % NANOSECONDS;
  const seconds = Number((nanoseconds - rest) / NANOSECONDS) + offsetSeconds;
  const date = new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, '');
  return date.replace(/^\+00/, '') + fraction(rest) + zoneText(offsetSeconds);
}

function zoneText(offsetSeconds: number): string {
  if (offsetSeconds === 0) return 'Z';
  const minutes = Math.abs(offsetSeconds) / 60;
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0'));
  return `${offsetSeconds < 0 ? '-' : '+'}${hour}:${minute}`;
}

function fraction(nanoseconds: bigint): string {
  return nanoseconds === 0n ? '' : `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`;
}

/** A duration in seconds: `3661s`, `0.5s`. */
export function formatSeconds(nanoseconds: bigint): string {
  const absolute = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  return `${nanoseconds < 0n ? '-' : ''}${absolute / NANOSECONDS}${fraction(absolute % NANOSECONDS)}s`;
}

/** The parts of a time in some zone: a name of the zone database, or an offset such as `+01:30`. */
export interface Calendar {
  readonly year: number;
  readonly month: number;
  readonly dayOfMonth: number;
  readonly dayOfWeek: number;
  readonly dayOfYear: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
}

export function calendar(nanoseconds: bigint, zone: string): Calendar | CelError {
  const millisecond = 1_000_000n;
  const rest = ((nanoseconds % millisecond) + millisecond) % millisecond;
  const milliseconds = Number((nanoseconds - rest) / millisecond);
  const offset = offsetMs(milliseconds, zone);
  if (offset instanceof CelError) return offset;
  const date = new Date(milliseconds + offset);
  const yearStart = new Date(0);
  yearStart.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    dayOfMonth: date.getUTCDate(),
    dayOfWeek: date.getUTCDay(),
    dayOfYear: Math.floor((date.getTime() - yearStart.getTime()) / 86_400_000),
    hours: date.getUTCHours(),
    minutes: date.getUTCMinutes(),
    seconds: date.getUTCSeconds(),
    milliseconds: date.getUTCMilliseconds(),
  };
}

function offsetMs(atMs: number, zone: string): number | CelError {
  if (zone === '' || zone === 'UTC') return 0;
  const colon = zone.indexOf(':');
  return colon < 0 ? namedOffsetMs(atMs, zone) : fixedOffsetMs(zone, colon);
}

function fixedOffsetMs(zone: string, colon: number): number | CelError {
  const [hours, minutes] = [zone.slice(0, colon), zone.slice(colon + 1)];
  for (const part of [hours, minutes]) {
    if (!/^[+-]?\d+$/.test(part)) return new CelError(`strconv.Atoi: parsing ${JSON.stringify(part)}: invalid syntax`);
  }
  if (Number(minutes) < 0 || Number(minutes) > 59) {
    return new CelError(`timezone offset minutes out of range [0, 59]: ${zone}`);
  }
  const sign = hours.startsWith('-') ? -1 : 1;
  return sign * (Math.abs(Number(hours)) * 60 + Number(minutes)) * 60_000;
}

function namedOffsetMs(atMs: number, zone: string): number | CelError {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
    const name = format.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
    const [, sign, hours = '0', minutes = '0', seconds = '0'] = /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(name) ?? [];
    return (sign === '-' ? -1 : 1) * ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  } catch {
    return new CelError(`unknown time zone ${zone}`);
  }
}
