import { SystemError } from '../../machine/errno.ts';
import { MACHINE_LIMITS } from '../../machine/limits.ts';
import { BadUsage } from '../programs/options.ts';

/** Values of awk: texts, numbers, and texts from outside that look like numbers and are both. */
export interface NumericText {
  readonly text: string;
  readonly number: number;
}

/** `undefined`: nothing was ever put there. */
export type Value = number | string | NumericText | undefined;

const NUMERIC = /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/;
const LEADING = /^\s*[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/;

/** Whole numbers up to here are shown as such, whatever the format: those of a long. */
const WHOLE_MAX = 2 ** 63;

/** What a text from outside is: a field, a line, a variable of the command line. */
export function fromOutside(text: string): Value {
  return NUMERIC.test(text) ? { text, number: Number(text) } : text;
}

export function numberOf(value: Value): number {
  if (typeof value === 'number') return value;
  if (value === undefined) return 0;
  if (typeof value === 'object') return value.number;
  const digits = LEADING.exec(value)?.[0].trim();
  if (digits === undefined) return 0;
  return digits.startsWith('-') ? -Number(digits.slice(1)) : Number(digits.replace(/^\+/, ''));
}

/** @param format of numbers that are not whole */
export function textOf(value: Value, format: string): string {
  if (typeof value === 'string') return value;
  if (value === undefined) return '';
  if (typeof value === 'object') return value.text;
  if (Number.isInteger(value) && Math.abs(value) < WHOLE_MAX) return String(BigInt(value));
  return formatNumber(format, value);
}

export function isTrue(value: Value): boolean {
  if (typeof value === 'string') return value !== '';
  return numberOf(value) !== 0;
}

/** Below, at or above zero, as the first comes before, with or after the second. */
export function compare(a: Value, b: Value, format: string): number {
  if (typeof a !== 'string' && typeof b !== 'string') return numberOf(a) - numberOf(b);
  const [left, right] = [textOf(a, format), textOf(b, format)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Some texts as one. @throws SystemError when that is too long */
export function joined(parts: readonly string[], separator: string): string {
  let length = separator.length * Math.max(0, parts.length - 1);
  for (const part of parts) length += part.length;
  if (length > MACHINE_LIMITS.textLength) throw new SystemError('ENOMEM');
  return parts.join(separator);
}

const DIRECTIVE = /%(?:%|([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?(?:hh|h|ll|l|L|j|z|t)?([a-zA-Z]))/g;
const WIDTH_MAX = 64 * 1024;

const formatNumber = (format: string, value: number): string => formatted(format, [value], '%.6g');

/** What printf makes of values. @param convfmt of numbers that stand for texts. @throws SystemError when too long */
export function formatted(format: string, values: readonly Value[], convfmt: string): string {
  let next = 0;
  const take = (): Value => values[next++];
  const amount = (text: string): number =>
    Math.max(-WIDTH_MAX, Math.min(WIDTH_MAX, Math.trunc(text === '*' ? numberOf(take()) : Number(text))));
  let length = format.length;
  const counted = (text: string): string => {
    length += text.length;
    if (length > MACHINE_LIMITS.textLength) throw new SystemError('ENOMEM');
    return text;
  };
  return format.replace(DIRECTIVE, (whole, flags = '', width = '0', precision?: string, letter = '') => {
    if (whole === '%%') return '%';
    const wide = amount(width);
    const exact = precision === undefined ? undefined : amount(precision);
    const text = converted(letter, flags, exact !== undefined && exact < 0 ? undefined : exact, take, convfmt);
    if (text === undefined) throw new BadUsage('Invalid format specifier');
    if (flags.includes('-') || wide < 0) return counted(text.padEnd(Math.abs(wide)));
    const isPadded = flags.includes('0') && letter !== 's' && letter !== 'c';
    if (!isPadded || (exact !== undefined && 'dioxXu'.includes(letter))) return counted(text.padStart(wide));
    const sign = /^(?:[-+ ]|0[xX])?/.exec(text)?.[0] ?? '';
    return counted(sign + text.slice(sign.length).padStart(wide - sign.length, '0'));
  });
}

function converted(
  letter: string,
  flags: string,
  precision: number | undefined,
  take: () => Value,
  convfmt: string,
): string | undefined {
  if (letter === 's') return textOf(take(), convfmt).slice(0, precision);
  if (letter === 'c') {
    const value = take();
    return typeof value === 'number' ? String.fromCharCode(value & 0xff) : textOf(value, convfmt).charAt(0);
  }
  if ('diouxX'.includes(letter)) return wholeText(numberOf(take()), letter, flags, precision);
  if ('eEfFgG'.includes(letter)) return realText(numberOf(take()), letter, flags, Math.min(100, precision ?? 6));
  return undefined;
}

const signOf = (value: number, flags: string): string =>
  value < 0 || Object.is(value, -0) ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';

function wholeText(value: number, letter: string, flags: string, precision = 1): string {
  const whole = Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
  const isSigned = letter === 'd' || letter === 'i';
  const amount = isSigned ? (whole < 0n ? -whole : whole) : BigInt.asUintN(64, whole);
  const radix = letter === 'o' ? 8 : letter.toLowerCase() === 'x' ? 16 : 10;
  const digits = amount.toString(radix).padStart(precision, '0');
  const prefix = flags.includes('#') && amount !== 0n && radix !== 10 ? (radix === 8 ? '0' : `0${letter}`) : '';
  const sign = isSigned ? signOf(Number(whole), flags) : '';
  return sign + prefix + (letter === 'X' ? digits.toUpperCase() : digits);
}

function realText(value: number, letter: string, flags: string, precision: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : `${signOf(value, flags)}inf`;
  const amount = Math.abs(value);
  const kind = letter.toLowerCase();
  const text = kind === 'f' ? fixed(amount, precision) : kind === 'e' ? exponential(amount, precision) : '';
  const shown = signOf(value, flags) + (kind === 'g' ? general(amount, precision || 1, flags.includes('#')) : text);
  return letter === kind ? shown : shown.toUpperCase();
}

/** More digits than a tie can have behind those that are shown, for numbers that people write. */
const TIE_DIGITS = 25;

/** As C does it: of two that are as near the even one, where JavaScript takes the larger. */
function fixed(amount: number, digits: number): string {
  if (amount >= 1e21) return `${BigInt(amount)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`;
  const exact = amount.toFixed(Math.min(100, digits + TIE_DIGITS));
  const cut = exact.length - Math.min(TIE_DIGITS, 100 - digits);
  const kept = exact.slice(0, cut).replace(/\.$/, '');
  const isTie = /^50*$/.test(exact.slice(cut)) && /[02468]$/.test(kept);
  return isTie ? kept : amount.toFixed(digits);
}

const exponential = (amount: number, digits: number): string =>
  amount.toExponential(digits).replace(/e([-+])(\d)$/, 'e$10$2');

/** Whichever is shorter, without zeros at the end. */
function general(amount: number, precision: number, keepsZeros: boolean): string {
  const exponent = amount === 0 ? 0 : Number(amount.toExponential(precision - 1).split('e')[1]);
  const isLarge = exponent < -4 || exponent >= precision;
  const text = isLarge ? exponential(amount, precision - 1) : fixed(amount, Math.max(0, precision - 1 - exponent));
  if (keepsZeros || !text.includes('.')) return text;
  return text.replace(/\.?0+(e|$)/, '$1');
}
