/**
 * The private fields of a resource.Quantity as ParseQuantity leaves them: the hash of a template contains them. An
 * amount is a small integer with a decimal scale where that is exact, and an arbitrary one otherwise.
 */
import { BINARY_EXPONENTS, DECIMAL_EXPONENTS } from '../../kube/quantity.ts';

const CANONICAL = /^(-?)0*(\d*)([a-zA-Z]*(?:[eE]-?\d+)?)$/;
const INT64_MAX = (1n << 63n) - 1n;
const NANO_DIGITS = 9;

interface PrivateFields {
  readonly value: bigint;
  readonly scale: number;
  /** The text, which is kept when ParseQuantity takes it for canonical. */
  readonly text: string;
  /** Instead of value and scale. */
  readonly decimal?: { readonly unscaled: bigint; readonly scale: number };
  readonly format: string;
}

function binaryFields(text: string, negative: boolean, digits: string, exponent: number): PrivateFields {
  const format = 'BinarySI';
  const amount = BigInt(digits) << BigInt(exponent);
  // The precision that upstream reckons a binary amount to need.
  const precision = 15 - digits.length - Math.floor((exponent * 3) / 10) - 1;
  if (precision >= 0 && amount <= INT64_MAX) {
    return { value: negative ? -amount : amount, scale: 0, text: (BigInt(digits) & 7n) === 0n ? '' : text, format };
  }
  const decimal =
    amount > INT64_MAX
      ? { unscaled: INT64_MAX, scale: 0 }
      : { unscaled: amount * 10n ** BigInt(NANO_DIGITS), scale: NANO_DIGITS };
  return { value: 0n, scale: 0, text: '', decimal, format };
}

function decimalFields(
  text: string,
  negative: boolean,
  digits: string,
  exponent: number,
  format: string,
): PrivateFields {
  const amount = BigInt(digits);
  if (digits.length <= 18 && exponent >= -NANO_DIGITS) {
    const canonical = exponent % 3 === 0 && !digits.endsWith('000') && digits !== '0';
    return { value: negative ? -amount : amount, scale: exponent, text: canonical ? text : '', format };
  }
  const decimal = { unscaled: amount * 10n ** BigInt(Math.max(exponent + NANO_DIGITS, 0)), scale: NANO_DIGITS };
  return { value: 0n, scale: 0, text: '', decimal, format };
}

function fieldsOf(text: string): PrivateFields {
  if (text === '') return { value: 0n, scale: 0, text, format: '' };
  if (text === '0') return { value: 0n, scale: 0, text, format: 'DecimalSI' };
  const [, sign = '', digits = '', suffix = ''] = CANONICAL.exec(text) ?? [];
  const number = digits === '' ? '0' : digits;
  const binary = BINARY_EXPONENTS[suffix];
  if (binary !== undefined) return binaryFields(text, sign !== '', number, binary);
  const decimal = DECIMAL_EXPONENTS[suffix];
  if (decimal !== undefined) return decimalFields(text, sign !== '', number, decimal, 'DecimalSI');
  return decimalFields(text, sign !== '', number, Number(suffix.slice(1)), 'DecimalExponent');
}

/** math/big keeps an amount as 64-bit words, the lowest first. */
function wordsOf(amount: bigint): string {
  const words: bigint[] = [];
  for (let rest = amount; rest > 0n; rest >>= 64n) words.push(rest & 0xffff_ffff_ffff_ffffn);
  return `[${words.join(' ')}]`;
}

/**
 * Prints a quantity without its type.
 *
 * @param text in canonical form, as stored objects have it; '' for a quantity that nobody set
 */
export function dumpQuantity(text: string): string {
  const { value, scale, text: kept, decimal, format } = fieldsOf(text);
  const negative = text.startsWith('-');
  const small = `i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}}`;
  const integer = `{neg:(bool)${negative} abs:(big.nat)${wordsOf(decimal?.unscaled ?? 0n)}}`;
  const large = decimal ? `{unscaled:(big.Int)${integer} scale:(inf.Scale)${decimal.scale}}` : '<nil>';
  const dec = `d:(resource.infDecAmount){Dec:(*inf.Dec)${large}}`;
  return `{${small} ${dec} s:(string)${kept} Format:(resource.Format)${format}}`;
}
