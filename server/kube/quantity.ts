/**
 * resource.Quantity: exact amounts such as `500m`, `1.5Gi` or `2e3`. Kept as an integer times a power of ten (or of
 * two), printed in Go's canonical form.
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The amount in units of 1e-9: upstream keeps no finer one. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

const NANO = 1_000_000_000n;
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};
const SYNTAX = /^([+-]?)(\d*)(?:\.(\d*))?([a-zA-Z]*(?:[-+]?\d+)?)$/;
const MAX_NANO = ((1n << 63n) - 1n) * NANO;

/** resource.ErrFormatWrong and resource.ErrSuffix. */
export const QUANTITY_FORMAT_WRONG =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
export const QUANTITY_SUFFIX_WRONG = "unable to parse quantity's suffix";

function divideUp(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  if (quotient * by === value) return quotient;
  return value > 0n ? quotient + 1n : quotient - 1n;
}

/**
 * @throws Error with upstream's message
 * @example
 * formatQuantity(parseQuantity('0.5')) // '500m'
 */
export function parseQuantity(text: string): Quantity {
  const match = text === '' || text.length > 256 ? null : SYNTAX.exec(text);
  if (!match) throw new Error(QUANTITY_FORMAT_WRONG);
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') throw new Error(QUANTITY_FORMAT_WRONG);
  const digits = BigInt(whole + fraction || '0') * (sign === '-' ? -1n : 1n);
  const scale = scaleOf(suffix);
  if ('factor' in scale) return bounded(divideUp(digits * scale.factor * NANO, 10n ** BigInt(fraction.length)), 'BinarySI');
  const power = scale.exponent + 9 - fraction.length;
  if (power > 100) return bounded(digits === 0n ? 0n : digits > 0n ? MAX_NANO : -MAX_NANO, scale.format);
  const nano = power >= 0 ? digits * 10n ** BigInt(power) : divideUp(digits, 10n ** BigInt(Math.min(-power, 600)));
  return bounded(nano, scale.format);
}

function scaleOf(suffix: string): { factor: bigint } | { exponent: number; format: QuantityFormat } {
  const factor = Object.hasOwn(BINARY, suffix) ? BINARY[suffix] : undefined;
  if (factor !== undefined) return { factor };
  const decimal = Object.hasOwn(DECIMAL, suffix) ? DECIMAL[suffix] : undefined;
  if (decimal !== undefined) return { exponent: decimal, format: 'DecimalSI' };
  const exponent = /^[eE]([-+]?\d{1,9})$/.exec(suffix)?.[1];
  if (exponent === undefined) throw new Error(QUANTITY_SUFFIX_WRONG);
  return { exponent: Number(exponent), format: 'DecimalExponent' };
}

function bounded(nano: bigint, format: QuantityFormat): Quantity {
  return { nano: nano > MAX_NANO ? MAX_NANO : nano < -MAX_NANO ? -MAX_NANO : nano, format };
}

/** Go's canonical form: no fraction, the largest suffix that keeps the digits whole. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const absolute = nano < 0n ? -nano : nano;
  const sign = nano < 0n ? '-' : '';
  if (format === 'BinarySI' && absolute >= 1024n * NANO && absolute % NANO === 0n) {
    let amount = absolute / NANO;
    let suffix = '';
    for (const [name, factor] of Object.entries(BINARY)) {
      if ((absolute / NANO) % factor !== 0n) break;
      amount = absolute / NANO / factor;
      suffix = name;
    }
    return `${sign}${amount}${suffix}`;
  }
  let amount = absolute;
  let exponent = -9;
  while (exponent < 18 && amount % 1000n === 0n) {
    amount /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return `${sign}${amount}${exponent === 0 ? '' : `e${exponent}`}`;
  const suffix = Object.keys(DECIMAL).find((name) => DECIMAL[name] === exponent) ?? '';
  return `${sign}${amount}${suffix}`;
}

/** Parses and prints: what a quantity looks like after a round trip through the server. */
export function canonicalQuantity(text: string): string {
  return SIMPLE.test(text) ? text : formatQuantity(parseQuantity(text));
}

/** Canonical already, and by far the most frequent: small whole numbers that no suffix could shorten. */
const SIMPLE = /^(0|[1-9]\d{0,2}(m|Mi|Gi)?)$/;

/** Whole units, rounded up: `Quantity.Value()`. */
export function quantityValue(text: string): number {
  return Number(divideUp(parseQuantity(text).nano, NANO));
}

/** Thousandths, rounded up: `Quantity.MilliValue()`. */
export function quantityMilliValue(text: string): number {
  return Number(divideUp(parseQuantity(text).nano, NANO / 1000n));
}
