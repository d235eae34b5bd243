/** time.Duration of Go: read by time.ParseDuration, printed by String(). */
import { goTimeQuote } from './go-time.ts';

const UNITS_NS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const LIMIT_NS = 1n << 63n;

/**
 * Nanoseconds.
 *
 * @throws Error with Go's message
 * @example
 * parseDuration('1h30m') // 5_400_000_000_000n
 */
export function parseDuration(text: string): bigint {
  const quoted = goTimeQuote(text);
  const invalid = (): Error => new Error(`time: invalid duration ${quoted}`);
  const negative = text.startsWith('-');
  const body = text.replace(/^[-+]/, '');
  if (body === '0') return 0n;
  if (body === '') throw invalid();
  let total = 0n;
  // A number, and everything up to the next one as its unit.
  const part = /(\d*)(?:\.(\d*))?([^.\d]*)/y;
  for (let at = 0; at < body.length; at = part.lastIndex) {
    part.lastIndex = at;
    const [, whole = '', fraction = '', unit = ''] = part.exec(body) ?? [];
    if (whole === '' && fraction === '') throw invalid();
    if (unit === '') throw new Error(`time: missing unit in duration ${quoted}`);
    const unitNs = Object.hasOwn(UNITS_NS, unit) ? UNITS_NS[unit] : undefined;
    if (unitNs === undefined) throw new Error(`time: unknown unit ${goTimeQuote(unit)} in duration ${quoted}`);
    total += BigInt(whole) * unitNs + (BigInt(fraction) * unitNs) / 10n ** BigInt(fraction.length);
    if (total > LIMIT_NS) throw invalid();
  }
  if (negative) return -total;
  if (total === LIMIT_NS) throw invalid();
  return total;
}

/** `1h0m0s`, `1.5s`, `100ms`. */
export function formatDuration(ns: bigint): string {
  if (ns === 0n) return '0s';
  const sign = ns < 0n ? '-' : '';
  const rest = ns < 0n ? -ns : ns;
  for (const unit of ['ns', 'µs', 'ms'] as const) {
    const unitNs = UNITS_NS[unit] ?? 1n;
    if (rest < unitNs * 1000n) return `${sign}${decimal(rest, unitNs)}${unit}`;
  }
  const hours = rest / 3_600_000_000_000n;
  const minutes = (rest / 60_000_000_000n) % 60n;
  const seconds = `${decimal(rest % 60_000_000_000n, 1_000_000_000n)}s`;
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}

/** `value / unit` without zeros at the end. */
function decimal(value: bigint, unit: bigint): string {
  const fraction = String((value % unit) + unit).slice(1);
  return `${value / unit}.${fraction}`.replace(/\.?0*$/, '');
}
