import { pad, realNumber, wholeNumber } from '../../number-format.ts';
import { BadUsage } from '../options.ts';
import { toNumber, toText, type Value } from './values.ts';

const DIRECTIVE = /%(?:(%)|([-+ #0]*)(\*|\d*)(?:\.(\*|\d*))?[hlLqjzt]*([a-zA-Z]))/g;
const WIDTH_MAX = 64 * 1024;

function whole(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  const limited = Math.max(-(2 ** 63), Math.min(2 ** 63, Math.trunc(value)));
  return BigInt.asIntN(64, limited >= 2 ** 63 ? 2n ** 63n - 1n : BigInt(limited));
}

function shown(letter: string, flags: string, precision: number | undefined, value: Value): string {
  switch (letter) {
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
      return wholeNumber(whole(toNumber(value)), letter, flags, precision);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return realNumber(toNumber(value), letter, flags, precision ?? 6);
    case 'c':
      return typeof value === 'number' ? String.fromCharCode(value & 255) : toText(value).charAt(0);
    case 's':
      return toText(value).slice(0, precision);
    default:
      throw new BadUsage('cmd. line:1: Invalid format specifier');
  }
}

/** @throws BadUsage for letters that mean nothing */
export function sprintf(format: string, values: readonly Value[]): string {
  let at = 0;
  const amount = (text: string): number => {
    const given = text === '*' ? toNumber(values[at++]) : Number(text);
    return Math.max(-WIDTH_MAX, Math.min(WIDTH_MAX, given));
  };
  return format.replace(
    DIRECTIVE,
    (_, percent?: string, flags = '', widthText = '', precisionText?: string, letter = '') => {
      if (percent !== undefined) return '%';
      const width = amount(widthText);
      const precision = precisionText === undefined ? undefined : Math.max(0, amount(precisionText));
      const text = shown(letter, flags, precision, values[at++]);
      const isLeft = flags.includes('-') || width < 0;
      const isWhole = 'diuoxX'.includes(letter);
      const padsZeros =
        flags.includes('0') && !isLeft && !'cs'.includes(letter) && !(isWhole && precision !== undefined);
      return pad(text, Math.abs(width), isLeft, padsZeros);
    },
  );
}
