/**
 * resource.Quantity: exact amounts such as `500m`, `1.5Gi` or `2e3`, read and printed as Go does.
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The amount in units of 1e-9: upstream keeps no finer one. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

/** resource.ErrFormatWrong and resource.ErrSuffix. */
export const QUANTITY_FORMAT_WRONG =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
export const QUANTITY_SUFFIX_WRONG = "unable to parse quantity's suffix";

const NANO_SCALE = -9;
const NANO = 1_000_000_000n;
/** Powers of ten that suffixes stand for. */
export const DECIMAL_EXPONENTS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
/** Powers of two that suffixes stand for. */
export const BINARY_EXPONENTS: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const SYNTAX = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/;
const MAX_INT64 = (1n << 63n) - 1n;
/** Amounts beyond this power of ten keep their text but count as this: nothing compares with them in earnest. */
const MAX_SCALE = 400;

/** The parts of a text, before anything is rounded. */
interface Parsed {
  readonly negative: boolean;
  /** Without leading zeros, unless nothing else is left. */
  readonly whole: string;
  readonly fraction: string;
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

function parse(text: string): Parsed {
  const match = text === '' ? null : SYNTAX.exec(text);
  if (!match) throw new Error(QUANTITY_FORMAT_WRONG);
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  return { negative: sign === '-', whole: whole.replace(/^0+/, '') || '0', fraction, ...suffixOf(suffix) };
}

function suffixOf(suffix: string): Pick<Parsed, 'base' | 'exponent' | 'format'> {
  const decimal = Object.hasOwn(DECIMAL_EXPONENTS, suffix) ? DECIMAL_EXPONENTS[suffix] : undefined;
  if (decimal !== undefined) return { base: 10, exponent: decimal, format: 'DecimalSI' };
  const binary = Object.hasOwn(BINARY_EXPONENTS, suffix) ? BINARY_EXPONENTS[suffix] : undefined;
  if (binary !== undefined) return { base: 2, exponent: binary, format: 'BinarySI' };
  const digits = /^[eE]([-+]?\d+)$/.exec(suffix)?.[1];
  const exponent = digits === undefined ? undefined : BigInt(digits);
  if (exponent === undefined || BigInt.asIntN(64, exponent) !== exponent) throw new Error(QUANTITY_SUFFIX_WRONG);
  return { base: 10, exponent: Number(BigInt.asIntN(32, exponent)), format: 'DecimalExponent' };
}

/** `digits` times ten to the power of `scale`, no finer than 1e-9. */
interface Amount {
  readonly digits: bigint;
  readonly scale: number;
  readonly format: QuantityFormat;
}

function amountOf({ negative, whole, fraction, base, exponent, format }: Parsed): Amount {
  const factor = base === 2 ? 1n << BigInt(exponent) : 1n;
  let { digits, scale } = rounded(BigInt(whole + fraction) * factor, (base === 2 ? 0 : exponent) - fraction.length);
  if (format === 'BinarySI') {
    // Only binary amounts end at int64.
    if (scale >= 0 ? digits > MAX_INT64 : digits > MAX_INT64 * 10n ** BigInt(-scale)) [digits, scale] = [MAX_INT64, 0];
    if (scale < 0 && digits < 10n ** BigInt(-scale))
      return { digits: negative ? -digits : digits, scale, format: 'DecimalSI' };
  }
  return { digits: negative ? -digits : digits, scale, format };
}

/** Anything finer than 1e-9 counts as one more: whoever asks for something gets something. */
function rounded(digits: bigint, scale: number): { digits: bigint; scale: number } {
  if (scale >= NANO_SCALE) return { digits, scale };
  const drop = NANO_SCALE - scale;
  if (drop > String(digits).length) return { digits: digits === 0n ? 0n : 1n, scale: NANO_SCALE };
  return { digits: divideUp(digits, 10n ** BigInt(drop)), scale: NANO_SCALE };
}

/** Away from zero. */
function divideUp(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  if (quotient * by === value) return quotient;
  return value > 0n ? quotient + 1n : quotient - 1n;
}

/** The same few amounts come again and again. */
const REMEMBERED_MAX = 1024;
const REMEMBERED_CHARACTERS_MAX = 32;
const parsed = new Map<string, Quantity>();

/**
 * @throws Error with upstream's message
 * @example
 * formatQuantity(parseQuantity('0.5')) // '500m'
 */
export function parseQuantity(text: string): Quantity {
  const known = parsed.get(text);
  if (known) return known;
  const { digits, scale, format } = amountOf(parse(text));
  const quantity = { nano: digits * 10n ** BigInt(Math.min(scale, MAX_SCALE) - NANO_SCALE), format };
  if (text.length > REMEMBERED_CHARACTERS_MAX) return quantity;
  if (parsed.size >= REMEMBERED_MAX) parsed.clear();
  parsed.set(text, quantity);
  return quantity;
}

/** Go's canonical form: no fraction, the largest suffix that keeps the digits whole. */
export function formatQuantity({ nano, format }: Quantity): string {
  return printed({ digits: nano, scale: NANO_SCALE, format });
}

function printed({ digits, scale, format }: Amount): string {
  if (digits === 0n) return '0';
  let amount = digits;
  let exponent = scale;
  for (; amount % 10n === 0n; exponent++) amount /= 10n;
  if (format === 'BinarySI' && exponent >= 0) {
    const whole = amount * 10n ** BigInt(exponent);
    if (whole >= 1024n || whole <= -1024n) return binary(whole);
  }
  for (; exponent % 3 !== 0; exponent--) amount *= 10n;
  if (format === 'DecimalExponent') return exponent === 0 ? String(amount) : `${amount}e${exponent}`;
  // Upstream has no suffix beyond E and prints none.
  return `${amount}${Object.keys(DECIMAL_EXPONENTS).find((name) => DECIMAL_EXPONENTS[name] === exponent) ?? ''}`;
}

function binary(whole: bigint): string {
  let amount = whole;
  let suffix = '';
  for (const name of Object.keys(BINARY_EXPONENTS)) {
    if (amount % 1024n !== 0n) break;
    amount /= 1024n;
    suffix = name;
  }
  return `${amount}${suffix}`;
}

/** Parses and prints: what a quantity looks like after a round trip through the server. */
export function canonicalQuantity(text: string): string {
  if (SIMPLE.test(text)) return text;
  const parts = parse(text);
  return keepsText(parts) ? text : printed(amountOf(parts));
}

/** Canonical already, and by far the most frequent: small whole numbers that no suffix could shorten. */
const SIMPLE = /^(0|[1-9]\d{0,2}(m|Mi|Gi)?)$/;

/** Upstream prints small amounts as they came when the digits look canonical, even `+01` or `1.100`. */
function keepsText({ whole, fraction, base, exponent }: Parsed): boolean {
  const digits = whole + fraction;
  if (base === 2) {
    const fits = fraction === '' && 14 - whole.length - Math.trunc(exponent * 0.3) >= 0;
    return fits && BigInt(digits) % 8n !== 0n;
  }
  const scale = exponent - fraction.length;
  const fits = digits.length <= 18 && scale >= NANO_SCALE;
  return fits && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

/** Whole units, rounded up: `Quantity.Value()`. */
export function quantityValue(text: string): number {
  return Number(divideUp(parseQuantity(text).nano, NANO));
}

/** Thousandths, rounded up: `Quantity.MilliValue()`. */
export function quantityMilliValue(text: string): number {
  return Number(divideUp(parseQuantity(text).nano, NANO / 1000n));
}
