/** Values with an encoding of their own: times and durations as Go reads and prints them. */
import { parseGoTime, RFC3339, RFC3339_MICRO } from './go-time.ts';

const CANONICAL_TIME = /^\d{4}-(0[1-9]|1[0-2])-([01]\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;

/** Go prints years with four digits at least, and refuses to print others. */
function isoSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, -5);
}

/** metav1.Time: whole seconds, UTC. @throws Error with Go's message */
export function canonicalTime(text: string): string {
  // By far the most frequent: a time that we printed, of a day that every month has.
  if (CANONICAL_TIME.test(text)) return text;
  return `${isoSeconds(parseGoTime(text, RFC3339).seconds)}Z`;
}

/** metav1.MicroTime: six digits after the second, UTC. @throws Error with Go's message */
export function canonicalMicroTime(text: string): string {
  const { seconds, nanoseconds } = parseGoTime(text, RFC3339_MICRO);
  return `${isoSeconds(seconds)}.${String(Math.floor(nanoseconds / 1000)).padStart(6, '0')}Z`;
}

const DURATION_UNITS_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** time.ParseDuration, in nanoseconds. @throws Error with Go's message */
export function parseDuration(text: string): number {
  const invalid = (): Error => new Error(`time: invalid duration ${JSON.stringify(text)}`);
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[-+]/, '');
  if (body === '0') return 0;
  if (body === '' || !/^[\d.]/.test(body)) throw invalid();
  let total = 0;
  let at = 0;
  const part = /(\d*\.?\d*)([a-zµμ]+|$)/gy;
  while (at < body.length) {
    part.lastIndex = at;
    const match = part.exec(body);
    const [whole = '', digits = '', unit = ''] = match ?? [];
    if (whole === '' || digits === '' || digits === '.') throw invalid();
    if (unit === '') throw new Error(`time: missing unit in duration ${JSON.stringify(text)}`);
    const ns = Object.hasOwn(DURATION_UNITS_NS, unit) ? DURATION_UNITS_NS[unit] : undefined;
    if (ns === undefined)
      throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    total += Number(digits) * ns;
    at += whole.length;
  }
  return sign * total;
}

/** time.Duration.String(): `1h0m0s`, `1.5s`, `100ms`. */
export function formatDuration(ns: number): string {
  if (ns === 0) return '0s';
  const sign = ns < 0 ? '-' : '';
  const rest = Math.abs(Math.round(ns));
  if (rest < 1e3) return `${sign}${rest}ns`;
  if (rest < 1e6) return `${sign}${rest / 1e3}µs`;
  if (rest < 1e9) return `${sign}${rest / 1e6}ms`;
  const hours = Math.floor(rest / 3600e9);
  const minutes = Math.floor((rest % 3600e9) / 60e9);
  const seconds = (rest % 60e9) / 1e9;
  if (hours > 0) return `${sign}${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${sign}${minutes}m${seconds}s` : `${sign}${seconds}s`;
}
