import { errorText } from '../../machine/errno.ts';
import type { Program } from '../../machine/program.ts';
import { timeOf } from './file-changes.ts';
import { BadUsage, readOptions } from './options.ts';

/** `date`, from the cluster's clock. Containers run in UTC. */

const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAY_MS = 86_400_000;

const two = (value: number): string => String(value).padStart(2, '0');

const FIELDS: Readonly<Record<string, (date: Date) => string>> = {
  a: (date) => (DAYS[date.getUTCDay()] ?? '').slice(0, 3),
  A: (date) => DAYS[date.getUTCDay()] ?? '',
  b: (date) => (MONTHS[date.getUTCMonth()] ?? '').slice(0, 3),
  B: (date) => MONTHS[date.getUTCMonth()] ?? '',
  c: (date) => dateText(date, '%a %b %e %H:%M:%S %Y'),
  C: (date) => two(Math.floor(date.getUTCFullYear() / 100)),
  d: (date) => two(date.getUTCDate()),
  D: (date) => dateText(date, '%m/%d/%y'),
  e: (date) => String(date.getUTCDate()).padStart(2),
  F: (date) => dateText(date, '%Y-%m-%d'),
  h: (date) => (MONTHS[date.getUTCMonth()] ?? '').slice(0, 3),
  H: (date) => two(date.getUTCHours()),
  I: (date) => two(date.getUTCHours() % 12 || 12),
  j: (date) => String(dayOfYear(date)).padStart(3, '0'),
  k: (date) => String(date.getUTCHours()).padStart(2),
  m: (date) => two(date.getUTCMonth() + 1),
  M: (date) => two(date.getUTCMinutes()),
  n: () => '\n',
  N: (date) => `${String(date.getUTCMilliseconds()).padStart(3, '0')}000000`,
  p: (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  r: (date) => dateText(date, '%I:%M:%S %p'),
  R: (date) => dateText(date, '%H:%M'),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  S: (date) => two(date.getUTCSeconds()),
  t: () => '\t',
  T: (date) => dateText(date, '%H:%M:%S'),
  u: (date) => String(date.getUTCDay() || 7),
  w: (date) => String(date.getUTCDay()),
  x: (date) => dateText(date, '%m/%d/%y'),
  X: (date) => dateText(date, '%H:%M:%S'),
  y: (date) => two(date.getUTCFullYear() % 100),
  Y: (date) => String(date.getUTCFullYear()),
  z: () => '+0000',
  Z: () => 'UTC',
  '%': () => '%',
};

const dayOfYear = (date: Date): number =>
  Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;

/** What `strftime` writes. */
export function dateText(date: Date, text: string): string {
  return text.replace(/%(-?)([a-zA-Z%])/g, (whole, plain: string, letter: string) => {
    const value = FIELDS[letter]?.(date) ?? whole;
    return plain === '' ? value : value.replace(/^[0 ]+(?=.)/, '');
  });
}

const ISO: Readonly<Record<string, string>> = {
  '': '%Y-%m-%d',
  date: '%Y-%m-%d',
  hours: '%Y-%m-%dT%H+00:00',
  minutes: '%Y-%m-%dT%H:%M+00:00',
  seconds: '%Y-%m-%dT%H:%M:%S+00:00',
  ns: '%Y-%m-%dT%H:%M:%S,%N+00:00',
};

export const date: Program = async (process, args, name) => {
  const iso = args.find((word) => /^(-I|--iso-8601)/.test(word));
  const options = readOptions(
    args.filter((word) => word !== iso),
    'ud:D:r:Rs:',
    { utc: 'u', date: 'd', reference: 'r', 'rfc-2822': 'R', set: 's' },
  );
  if (options.has('s')) {
    await process.complain(`${name}: can't set date: Operation not permitted`);
    return 1;
  }
  const reference = options.value('r');
  const given = options.value('d');
  let timeMs = process.machine.clock.now();
  try {
    if (reference !== undefined) timeMs = process.view.find(process.path(reference), process).node.attributes.mtimeMs;
    if (given !== undefined && given !== 'now') timeMs = timeOf(given);
  } catch (error) {
    await process.complain(`${name}: ${reference === undefined ? '' : `${reference}: `}${errorText(error)}`);
    return 1;
  }
  const [wanted] = options.rest;
  if (wanted !== undefined && !wanted.startsWith('+')) throw new BadUsage(`invalid date '${wanted}'`);
  const template =
    wanted?.slice(1) ??
    (iso === undefined ? undefined : ISO[iso.replace(/^(-I|--iso-8601=?)/, '')]) ??
    (options.has('R') ? '%a, %d %b %Y %H:%M:%S +0000' : '%a %b %e %H:%M:%S %Z %Y');
  await process.print(`${dateText(new Date(timeMs), template)}\n`);
  return 0;
};
