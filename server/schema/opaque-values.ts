/** Values with an encoding of their own: times and durations as Go reads and prints them. */

const CANONICAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[-+]\d\d:\d\d)$/;

/** time.Parse names the first part of the layout that does not fit. */
function timeFault(text: string, layout: string): Error {
  const parts: [string, RegExp][] = [
    ['2006', /^\d{4}/],
    ['-', /^-/],
    ['01', /^\d\d/],
    ['-', /^-/],
    ['02', /^\d\d/],
    ['T', /^T/],
    ['15', /^\d\d/],
    [':', /^:/],
    ['04', /^\d\d/],
    [':', /^:/],
    ['05', /^\d\d/],
    ['Z07:00', /^(\.\d+)?(Z|[-+]\d\d:\d\d)/],
  ];
  let rest = text;
  for (const [name, pattern] of parts) {
    const match = pattern.exec(rest);
    if (!match) return new Error(`parsing time "${text}" as "${layout}": cannot parse "${rest}" as "${name}"`);
    rest = rest.slice(match[0].length);
  }
  if (rest !== '') return new Error(`parsing time "${text}": extra text: "${rest}"`);
  return new Error(`parsing time "${text}": day out of range`);
}

/** metav1.Time: whole seconds, UTC. @throws Error with Go's message */
export function canonicalTime(text: string): string {
  const ms = RFC3339.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw timeFault(text, '2006-01-02T15:04:05Z07:00');
  const canonical = `${new Date(ms).toISOString().slice(0, 19)}Z`;
  // Date.parse moves 31 February to March; Go refuses it.
  if (CANONICAL_TIME.test(text) && canonical !== text) throw timeFault(text, '2006-01-02T15:04:05Z07:00');
  return canonical;
}

/** metav1.MicroTime: six digits after the second, UTC. @throws Error with Go's message */
export function canonicalMicroTime(text: string): string {
  const match = RFC3339.exec(text);
  const ms = match ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw timeFault(text, '2006-01-02T15:04:05.000000Z07:00');
  const micros = (match?.[1] ?? '.').slice(1, 7).padEnd(6, '0');
  return `${new Date(ms).toISOString().slice(0, 19)}.${micros}Z`;
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
    if (ns === undefined) throw new Error(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
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
