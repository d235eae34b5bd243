/** Numbers as C's printf writes them. */

/** Fills a text up to a width. */
export function pad(text: string, width: number, isLeft: boolean, padsZeros: boolean): string {
  if (isLeft) return text.padEnd(width);
  if (!padsZeros) return text.padStart(width);
  const prefix = /^[-+ ]?(?:0[xX])?/.exec(text)?.[0] ?? '';
  return prefix + text.slice(prefix.length).padStart(width - prefix.length, '0');
}

const plusOf = (flags: string): string => (flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '');

/** `%d`, `%i`, `%u`, `%o`, `%x` and `%X`. */
export function wholeNumber(value: bigint, letter: string, flags: string, precision: number | undefined): string {
  const isSigned = letter === 'd' || letter === 'i';
  const unsigned = isSigned ? (value < 0n ? -value : value) : BigInt.asUintN(64, value);
  const radix = letter === 'o' ? 8 : letter === 'x' || letter === 'X' ? 16 : 10;
  let digits = unsigned.toString(radix).padStart(precision ?? 1, '0');
  if (letter === 'X') digits = digits.toUpperCase();
  if (flags.includes('#') && radix !== 10 && unsigned !== 0n) digits = (radix === 8 ? '0' : `0${letter}`) + digits;
  return (isSigned ? (value < 0n ? '-' : plusOf(flags)) : '') + digits;
}

const DIGITS_MAX = 100;

const withExponent = (shown: string): string => shown.replace(/e([-+])(\d)$/, 'e$10$2');

/** The shorter of `%e` and `%f`, without zeros at its end. */
function general(value: number, precision: number, keepsZeros: boolean): string {
  const digits = Math.max(1, precision);
  if (value === 0) return '0';
  const scientific = value.toExponential(digits - 1);
  const exponent = Number(scientific.slice(scientific.indexOf('e') + 1));
  const isShort = exponent >= -4 && exponent < digits;
  const shown = isShort ? value.toFixed(Math.min(DIGITS_MAX, digits - 1 - exponent)) : scientific;
  const [mantissa = '', power] = shown.split('e');
  const trimmed = keepsZeros || !mantissa.includes('.') ? mantissa : mantissa.replace(/\.?0+$/, '');
  return power === undefined ? trimmed : withExponent(`${trimmed}e${power}`);
}

/** `%f`, `%e`, `%g` and their capitals. */
export function realNumber(value: number, letter: string, flags: string, precision: number): string {
  const kind = letter.toLowerCase();
  const digits = Math.min(DIGITS_MAX, precision);
  const size = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : plusOf(flags);
  let shown: string;
  if (Number.isNaN(value)) shown = 'nan';
  else if (size === Number.POSITIVE_INFINITY) shown = 'inf';
  else if (kind === 'f') shown = size < 1e21 ? size.toFixed(digits) : wholeFixed(size, digits);
  else if (kind === 'e') shown = withExponent(size.toExponential(digits));
  else shown = general(size, digits, flags.includes('#'));
  return sign + (letter === kind ? shown : shown.toUpperCase());
}

/** What `toFixed` would write with an exponent. */
const wholeFixed = (value: number, digits: number): string =>
  BigInt(value).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '');
